using System.Security.Cryptography;
using System.Text;
using ClipGen.Cluster.Hosting;
using ClipGen.Gateway.Auth;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Tests;

public sealed class KeyTests
{
    private static readonly (string, string) Alice = ("Authorization", "Bearer alices-key"), Bob = ("Authorization", "Bearer bobs-key");

    [Fact]
    public async Task Only_known_keys_are_let_in()
    {
        await using var sut = await CreateSut();

        (await sut.Images("""{"prompt":"x"}""")).IsError(401, "invalid_request_error", "invalid_api_key", null);
        var wrong = await sut.Get("/v1/models", ("Authorization", "Bearer other"));
        wrong.IsError(401, "invalid_request_error", "invalid_api_key", null);
        Assert.Equal("Bearer", wrong.Header("WWW-Authenticate"));
        Assert.DoesNotContain("other", wrong.Error.GetProperty("message").GetString());
        Assert.Equal(200, (await sut.Images("""{"prompt":"x"}""", Alice)).Status);
        Assert.Equal(200, (await sut.Get("/health/live")).Status);
    }

    [Fact]
    public async Task A_generation_is_its_tenants_alone()
    {
        await using var sut = await CreateSut();
        string id = (await sut.Post("/v1/generations", """{"prompt":"x","seed":1}""", Alice)).Json.GetProperty("id").GetString()!;

        (await sut.Get($"/v1/generations/{id}", Bob)).IsError(404, "invalid_request_error", "generation_not_found", "id");
        (await sut.Send(HttpMethod.Delete, $"/v1/generations/{id}", null, Bob)).IsError(404, "invalid_request_error", "generation_not_found", "id");
        Assert.Equal(200, (await sut.Get($"/v1/generations/{id}", Alice)).Status);
        Assert.NotEqual(id, (await sut.Post("/v1/generations", """{"prompt":"x","seed":1}""", Bob)).Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_tenants_quota_is_its_own()
    {
        await using var sut = await CreateSut(("ClipGen:Queue:Tenants:alice:MaxWaiting", "2"));

        (await sut.Images("""{"prompt":"x","candidates":3}""", Alice)).IsError(429, "rate_limit_exceeded", "quota_exceeded", null);
        Assert.Equal(200, (await sut.Images("""{"prompt":"x","candidates":3}""", Bob)).Status);
    }

    [Theory]
    [InlineData("ClipGen:Auth:Keys has the same key 2 times", "ClipGen:Auth:Keys:1:Sha256", "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90")]
    [InlineData("ClipGen:Auth:Keys:0:Sha256 is not a SHA-256", "ClipGen:Auth:Keys:0:Sha256", "secret")]
    [InlineData("ClipGen:Auth:Keys:0:Tenant is empty", "ClipGen:Auth:Keys:0:Tenant", "")]
    [InlineData("ClipGen:Auth cannot be read", "ClipGen:Auth:Kees", "x")]
    public void Wrong_settings_are_named(string problem, string setting, string value)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ClipGen:Auth:Keys:0:Sha256"] = "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90",
            ["ClipGen:Auth:Keys:0:Tenant"] = "alice",
            ["ClipGen:Auth:Keys:1:Sha256"] = "81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9",
            ["ClipGen:Auth:Keys:1:Tenant"] = "bob",
            [setting] = value,
        };
        var wrong = Assert.Throws<OptionsValidationException>(() => Read(settings));
        Assert.Contains(wrong.Failures, f => f.StartsWith(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.0.0.0:80")]
    [InlineData("10.1.2.3:80")]
    [InlineData("[::]:80")]
    public void A_door_to_other_machines_needs_keys_unless_it_is_left_open_on_purpose(string listen)
    {
        var wrong = Assert.Throws<OptionsValidationException>(() => Read(new() { ["ClipGen:Http:Listen"] = listen }));
        Assert.Contains("ClipGen:Auth:Keys is empty", Assert.Single(wrong.Failures));
        Assert.Empty(Read(new() { ["ClipGen:Http:Listen"] = listen, ["ClipGen:Auth:AllowAnonymous"] = "true" }).Keys);
        Assert.Empty(Read(new() { ["ClipGen:Http:Listen"] = "127.0.0.1:80" }).Keys);
    }

    [Fact]
    public async Task A_door_whose_keys_are_wrong_is_not_opened_even_if_nobody_asked_for_the_list()
    {
        var builder = ClipGenHost.CreateBuilder([new("ClipGen:Http:Listen", "127.0.0.1:0"), new("ClipGen:Auth:Keys:0:Sha256", "secret"), new("ClipGen:Auth:Keys:0:Tenant", "alice")], _ => { });
        builder.AddClipGenApi();
        await using var app = builder.Build();

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(Sut.Token));

        Assert.Contains("ClipGen:Auth:Keys:0:Sha256 is not a SHA-256", Assert.Single(wrong.Failures));
    }

    [Theory]
    [InlineData("*:8080")]
    [InlineData("localhost:8080")]
    public void A_door_that_nobody_knows_is_not_opened(string listen) =>
        Assert.Contains("use an address and a port", Assert.Single(Assert.Throws<OptionsValidationException>(() => Read(new() { ["ClipGen:Http:Listen"] = listen })).Failures));

    private static AuthOptions Read(Dictionary<string, string?> settings) => AuthOptions.From(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

    private static Task<Sut> CreateSut(params (string Key, string Value)[] more) => Sut.CreateSut(
        new(more.Select(m => KeyValuePair.Create(m.Key, (string?)m.Value)))
        {
            ["ClipGen:Auth:Keys:0:Sha256"] = Hash("alices-key"),
            ["ClipGen:Auth:Keys:0:Tenant"] = "alice",
            ["ClipGen:Auth:Keys:1:Sha256"] = Hash("bobs-key"),
            ["ClipGen:Auth:Keys:1:Tenant"] = "bob",
        },
        [new()]);

    internal static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
