using System.Security.Cryptography;
using System.Text;

namespace ClipGen.Gateway.Tests;

public sealed class DashboardTests
{
    private const string Enabled = "ClipGen:Dashboard:Enabled";

    [Fact]
    public async Task It_is_off_unless_it_is_switched_on()
    {
        await using var sut = await Sut.CreateSut();
        Assert.Equal(404, (await sut.Get("/dashboard")).Status);
    }

    [Fact]
    public async Task It_answers_and_shows_no_states()
    {
        await using var sut = await Sut.CreateSut(new() { [Enabled] = "true" }, [new()]);

        var page = await sut.Get("/dashboard/");
        Assert.Equal((200, "text/html"), (page.Status, page.ContentType));
        Assert.Equal(200, (await sut.Get("/dashboard/DashboardCounters")).Status);
        Assert.Equal(404, (await sut.Get("/dashboard/GrainState?grainId=x&grainType=y")).Status);
    }

    [Fact]
    public async Task It_is_behind_the_keys_of_the_API()
    {
        await using var sut = await Sut.CreateSut(
            new() { [Enabled] = "true", ["ClipGen:Auth:Keys:0:Sha256"] = Convert.ToHexStringLower(SHA256.HashData("the-key"u8)), ["ClipGen:Auth:Keys:0:Tenant"] = "alice" }, [new()]);

        foreach (string path in new[] { "/dashboard", "/dashboard/", "/dashboard/DashboardCounters", "/Dashboard/ClusterStats" })
        {
            var refused = await sut.Get(path);
            refused.IsError(401, "invalid_request_error", "invalid_api_key", null);
            Assert.StartsWith("Basic ", refused.Header("WWW-Authenticate"));
        }
        foreach (string wrong in new[] { "Bearer other", $"Basic {Base64("x:other")}", $"Basic {Base64("the-key")}", "Basic ?", "the-key" })
            Assert.Equal(401, (await sut.Get("/dashboard/DashboardCounters", ("Authorization", wrong))).Status);
        foreach (string right in new[] { "Bearer the-key", $"Basic {Base64("anybody:the-key")}" })
            Assert.Equal(200, (await sut.Get("/dashboard/DashboardCounters", ("Authorization", right))).Status);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
