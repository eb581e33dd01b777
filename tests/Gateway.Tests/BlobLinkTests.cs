using System.Security.Cryptography;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

/// <summary>Addresses of images that are kept in a real Azurite.</summary>
public sealed class BlobLinkTests(AzuriteServer azurite) : IClassFixture<AzuriteServer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_address_is_the_gateways_own_or_if_so_configured_the_blobs(bool direct)
    {
        string connection = azurite.ConnectionString;
        await using var sut = await Sut.CreateSut(new() { ["ClipGen:Images:ConnectionString"] = connection, ["ClipGen:Images:DirectLinks"] = direct ? "true" : "false" }, [new FakeEngine()]);

        var image = Assert.Single((await sut.Images("""{"prompt":"a red circle","response_format":"url"}""")).Json.GetProperty("data").EnumerateArray());

        var url = new Uri(image.GetProperty("url").GetString()!);
        Assert.Equal(!direct, url.Authority == sut.Root.Authority);
        using var http = new HttpClient();
        Assert.Equal(image.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(await http.GetByteArrayAsync(url, Sut.Token))));
        string id = image.GetProperty("id").GetString()!;
        Assert.StartsWith(sut.Root.AbsoluteUri, (await sut.Get($"/v1/generations/{id}")).Json.GetProperty("images")[0].GetProperty("url").GetString());
    }
}
