using System.Text.Json;
using ClipGen.Gateway.Requests;

namespace ClipGen.Gateway.Tests;

public sealed class Base64FileTests
{
    [Theory]
    [InlineData("\"AQID\"", "010203")]
    [InlineData("\"AQI=\"", "0102")]
    [InlineData("\"AQ==\"", "01")]
    [InlineData("\"\"", "")]
    [InlineData("\"A QI\\nD\"", "010203")]
    [InlineData("\"\\u0041QID\"", "010203")]
    [InlineData("\"\\/\\/\\/\\/\"", "ffffff")]   // as PHP writes it
    [InlineData("\"data:image/png;base64,AQI=\"", "0102")]
    [InlineData("\"DATA:image\\/png;charset=x;base64,AQI=\"", "0102")]
    [InlineData("\"data:;base64,\"", "")]
    [InlineData("\"data:image/png,AQI=\"", null)]
    [InlineData("\"data:image/png;base64\"", null)]
    [InlineData("\"AQI\"", null)]
    [InlineData("\"AQI==\"", null)]
    [InlineData("\"A===\"", null)]
    [InlineData("\"AQ==AQ==\"", null)]
    [InlineData("\"====\"", null)]
    [InlineData("\"-_-_\"", null)]
    [InlineData("\"é\"", null)]
    [InlineData("\"\\ud800\"", null)]
    public void A_string_is_a_file_or_not(string json, string? hex) =>
        Assert.Equal(hex, Base64File.Decode(JsonElement.Parse(json)) is { } file ? Convert.ToHexStringLower(file) : null);
}
