using System.Security.Cryptography;
using System.Text.Json;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

public sealed class ImageTests
{
    [Fact]
    public async Task An_image_comes_as_base64_with_all_that_clients_look_for()
    {
        await using var sut = await Sut.CreateSut();

        var answer = await sut.Images("""{"prompt":"a red circle","seed":7,"candidates":4,"model":null,"size":"auto","quality":"high","user":"me","n":null}""");

        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
        Assert.StartsWith("req_", answer.Header("x-request-id"));
        Assert.True(answer.Json.GetProperty("created").TryGetInt64(out long created) && created > 1_600_000_000);
        Assert.Equal("png", answer.Json.GetProperty("output_format").GetString());
        Assert.Equal("32x32", answer.Json.GetProperty("size").GetString());
        var image = Assert.Single(answer.Json.GetProperty("data").EnumerateArray());
        byte[] file = image.GetProperty("b64_json").GetBytesFromBase64();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), image.GetProperty("sha256").GetString());
        Assert.Equal(7, image.GetProperty("seed").GetInt32());
        Assert.InRange(image.GetProperty("clip_score").GetDouble(), 0, 1);
        Assert.Equal(32, image.GetProperty("id").GetString()!.Length);
        var usage = answer.Json.GetProperty("usage");
        Assert.Equal((5, 256, 261), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
        Assert.Equal(256, usage.GetProperty("output_tokens_details").GetProperty("image_tokens").GetInt32());
    }

    [Fact]
    public async Task Addresses_are_absolute_and_lead_to_the_files()
    {
        await using var sut = await Sut.CreateSut();

        var answer = await sut.Images("""{"prompt":"a red circle","n":2,"response_format":"url"}""");

        var images = answer.Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(2, images.Count);
        Assert.True(images[0].GetProperty("clip_score").GetDouble() >= images[1].GetProperty("clip_score").GetDouble());
        foreach (var image in images)
        {
            Assert.False(image.TryGetProperty("b64_json", out _));
            var url = new Uri(image.GetProperty("url").GetString()!, UriKind.Absolute);
            var file = await sut.Get(url.PathAndQuery);
            Assert.Equal((200, "image/png"), (file.Status, file.ContentType));
            Assert.Equal(image.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(file.Body)));
        }
        string id = images[0].GetProperty("id").GetString()!;
        (await sut.Get($"/v1/generations/{id}/images/other.png")).IsError(404, "invalid_request_error", "image_not_found", "name");
        (await sut.Get($"/v1/generations/{id}/images/..%2Fstate%2Fx")).IsError(404, "invalid_request_error", "image_not_found", "name");
    }

    [Fact]
    public async Task Equal_requests_with_a_seed_are_drawn_once()
    {
        var engine = new FakeEngine();
        await using var sut = await Sut.CreateSut(engine);
        const string body = """{"prompt":"a red circle","seed":3,"candidates":2}""";

        var answers = await Task.WhenAll(sut.Images(body), sut.Images(body), sut.Images(body));

        Assert.Equal(2, engine.Sampled);
        Assert.Single(answers.Select(a => a.Json.GetProperty("data")[0].GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task Without_a_seed_every_request_is_another_picture()
    {
        await using var sut = await Sut.CreateSut();

        var first = await sut.Images("""{"prompt":"a red circle"}""");
        var second = await sut.Images("""{"prompt":"a red circle"}""");

        Assert.NotEqual(first.Json.GetProperty("data")[0].GetProperty("seed").GetInt64(), second.Json.GetProperty("data")[0].GetProperty("seed").GetInt64());
    }

    [Fact]
    public async Task Only_the_body_decides_whether_to_stream()
    {
        await using var sut = await Sut.CreateSut();

        var answer = await sut.Images("""{"prompt":"a red circle"}""", ("Accept", "application/json, text/event-stream"));

        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
    }

    [Fact]
    public async Task A_generation_that_fails_is_a_server_error_that_says_why()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine { DecodeFailure = new ArithmeticException("broken weights") });

        var answer = await sut.Images("""{"prompt":"a red circle"}""");

        answer.IsError(500, "server_error", "generation_failed", null);
        Assert.Contains("broken weights", answer.Error.GetProperty("message").GetString());
        Assert.Equal(("false", "1"), (answer.Header("x-should-retry"), answer.Header("retry-after")));
    }

    [Fact]
    public async Task A_store_that_fails_is_told_without_the_place_where_it_is()
    {
        string file = Path.GetTempFileName();
        await using var sut = await Sut.CreateSut(new() { ["ClipGen:FileImageStore:RootFolder"] = Path.Combine(file, "images") }, [new FakeEngine()]);

        var answer = await sut.Images("""{"prompt":"a red circle"}""");

        answer.IsError(500, "server_error", "generation_failed", null);
        string message = answer.Error.GetProperty("message").GetString()!;
        Assert.Contains("its images could not be stored", message);
        Assert.DoesNotContain(file, message);
        File.Delete(file);
    }
}
