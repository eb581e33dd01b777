using System.Text.RegularExpressions;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Auth;
using ClipGen.Gateway.Errors;
using ClipGen.Gateway.Tests.Official;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Tests;

/// <summary>Addresses of images where keys are asked for: they open without one, for a while, and nothing but that image.</summary>
public sealed class SignedUrlTests
{
    private static readonly (string, string) Alice = ("Authorization", "Bearer alices-key"), Mallory = ("Authorization", "Bearer mallorys-key");

    private const string Path = "/v1/generations/0123456789abcdef0123456789abcdef/images/0123456789abcdef-00.png";

    [Fact]
    public async Task An_image_can_be_fetched_by_its_address_alone()
    {
        await using var sut = await CreateSut();
        var answer = await sut.Images("""{"prompt":"x","n":2,"response_format":"url"}""", Alice);

        foreach (var image in answer.Json.GetProperty("data").EnumerateArray())
        {
            var file = await sut.Get(new Uri(image.GetProperty("url").GetString()!).PathAndQuery);
            Assert.Equal((200, "image/png"), (file.Status, file.ContentType));
        }
        string id = answer.Json.GetProperty("data")[0].GetProperty("id").GetString()!;
        var looked = await sut.Get($"/v1/generations/{id}", Alice);
        Assert.Equal(200, (await sut.Get(new Uri(looked.Json.GetProperty("images")[0].GetProperty("url").GetString()!).PathAndQuery)).Status);
    }

    [Fact]
    public async Task A_signature_opens_nothing_else()
    {
        await using var sut = await CreateSut();
        var images = (await sut.Images("""{"prompt":"x","n":2,"response_format":"url"}""", Alice)).Json.GetProperty("data");
        var url = new Uri(images[0].GetProperty("url").GetString()!);
        string id = images[0].GetProperty("id").GetString()!, other = new Uri(images[1].GetProperty("url").GetString()!).AbsolutePath;

        foreach (string path in new[]
        {
            $"{other}{url.Query}",
            $"/v1/generations/{id}{url.Query}",
            $"/v1/generations/{id}/events{url.Query}",
            $"/v1/models{url.Query}",
            Later(url.PathAndQuery),
            url.PathAndQuery[..^1],
            $"{url.PathAndQuery}A",
            $"{url.PathAndQuery}&signature=x",
            $"{url.AbsolutePath}?signature=&expires=",
        }) (await sut.Get(path)).IsError(401, "invalid_request_error", "invalid_signature", "signature");
        (await sut.Get(url.AbsolutePath)).IsError(401, "invalid_request_error", "invalid_api_key", null);
        (await sut.Send(HttpMethod.Delete, url.PathAndQuery, null)).IsError(401, "invalid_request_error", "invalid_api_key", null);
        (await sut.Get(url.PathAndQuery, Mallory)).IsError(401, "invalid_request_error", "invalid_api_key", null);   // a key that is sent is what counts
    }

    [Fact]
    public async Task Without_keys_addresses_are_plain()
    {
        await using var sut = await Sut.CreateSut();
        var answer = await sut.Images("""{"prompt":"x","response_format":"url"}""");
        Assert.Equal("", new Uri(answer.Json.GetProperty("data")[0].GetProperty("url").GetString()!).Query);
    }

    [Fact]
    public async Task OpenAIs_NET_client_gets_addresses_that_anybody_can_fetch()
    {
        await using var sut = await CreateSut();
        var images = await NetClient.Create(sut, maxRetries: 0, key: "alices-key").GenerateImagesAsync("x", 2, new() { ResponseFormat = OpenAI.Images.GeneratedImageFormat.Uri }, Sut.Token);
        foreach (var image in images.Value) Assert.NotEmpty(await sut.Client.GetByteArrayAsync(image.ImageUri, Sut.Token));
    }

    [Fact]
    public void An_address_expires()
    {
        var time = new Clock();
        var urls = new SignedUrls(Options(), time);
        string url = urls.Sign(Path);

        Assert.True(Opens(urls, url));
        time.Now += TimeSpan.FromMinutes(60);
        Assert.True(Opens(urls, url));
        time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(WireNames.ErrorCodes.UrlExpired, Assert.Throws<ApiException>(() => Opens(urls, url)).Body.Code);
        Assert.Equal(WireNames.ErrorCodes.InvalidSignature, Assert.Throws<ApiException>(() => Opens(urls, Later(url))).Body.Code);
    }

    [Fact]
    public void Every_gateway_with_the_same_keys_takes_it_and_no_other_does()
    {
        var time = new Clock();
        string url = new SignedUrls(Options(), time).Sign(Path);
        Assert.True(Opens(new SignedUrls(Options(keys: [Key('b', "bob"), Key('a', "alice")]), time), url));
        Assert.Throws<ApiException>(() => Opens(new SignedUrls(Options(keys: [Key('a', "alice")]), time), url));
        Assert.Throws<ApiException>(() => Opens(new SignedUrls(Options(secret: new('s', 32)), time), url));

        string byName = new SignedUrls(Options(secret: new('s', 32)), time).Sign(Path);
        Assert.True(Opens(new SignedUrls(Options(secret: new('s', 32), keys: [Key('c', "carol")]), time), byName));
    }

    [Fact]
    public void An_address_told_again_soon_is_the_same()
    {
        var time = new Clock();
        var urls = new SignedUrls(Options(), time);
        string first = urls.Sign(Path);
        time.Now += TimeSpan.FromSeconds(20);
        Assert.Equal(first, urls.Sign(Path));
        time.Now += TimeSpan.FromSeconds(60);
        Assert.NotEqual(first, urls.Sign(Path));
    }

    [Theory]
    [InlineData("ClipGen:Auth:UrlSecret", "short")]
    [InlineData("ClipGen:Auth:UrlLifetime", "00:00:00")]
    [InlineData("ClipGen:Auth:UrlLifetime", "31.00:00:00")]
    public void Wrong_settings_are_named(string setting, string value)
    {
        var wrong = Assert.Throws<OptionsValidationException>(() => AuthOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build()));
        Assert.StartsWith(setting, Assert.Single(wrong.Failures));
    }

    private static bool Opens(SignedUrls urls, string url)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path, context.Request.QueryString) = ("GET", url.Split('?')[0], new($"?{url.Split('?')[1]}"));
        return urls.Opens(context.Request);
    }

    private static string Later(string url) => Regex.Replace(url, "expires=([0-9]+)", m => $"expires={long.Parse(m.Groups[1].Value) + 3600}");

    private static AuthOptions Options(string? secret = null, ApiKeyOptions[]? keys = null)
    {
        var options = new AuthOptions { UrlSecret = secret };
        foreach (var key in keys ?? [Key('a', "alice"), Key('b', "bob")]) options.Keys.Add(key);
        return options;
    }

    private static ApiKeyOptions Key(char hash, string tenant) => new() { Sha256 = new(hash, 64), Tenant = tenant };

    private static Task<Sut> CreateSut() => Sut.CreateSut(
        new() { ["ClipGen:Auth:Keys:0:Sha256"] = KeyTests.Hash("alices-key"), ["ClipGen:Auth:Keys:0:Tenant"] = "alice" }, [new()]);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 12, 0, 10, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
