using System.Text;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

public sealed class ValidationTests : IAsyncLifetime
{
    private Sut _sut = null!;

    public async ValueTask InitializeAsync() => _sut = await Sut.CreateSut();

    public ValueTask DisposeAsync() => _sut.DisposeAsync();

    [Theory]
    [InlineData("""{}""", "missing_required_parameter", "prompt")]
    [InlineData("""{"prompt":null}""", "missing_required_parameter", "prompt")]
    [InlineData("""{"prompt":" "}""", "invalid_value", "prompt")]
    [InlineData("""{"prompt":7}""", "invalid_type", "prompt")]
    [InlineData("""{"prompt":"\ud800"}""", "invalid_type", "prompt")]
    [InlineData("""{"prompt":"x","n":0}""", "invalid_value", "n")]
    [InlineData("""{"prompt":"x","n":11}""", "invalid_value", "n")]
    [InlineData("""{"prompt":"x","n":"1"}""", "invalid_type", "n")]
    [InlineData("""{"prompt":"x","n":1.5}""", "invalid_value", "n")]
    [InlineData("""{"prompt":"x","n":99999999999999999999}""", "invalid_value", "n")]
    [InlineData("""{"prompt":"x","n":3,"candidates":2}""", "invalid_value", "n")]
    [InlineData("""{"prompt":"x","size":"512x512"}""", "invalid_value", "size")]
    [InlineData("""{"prompt":"x","size":"large"}""", "invalid_value", "size")]
    [InlineData("""{"prompt":"x","response_format":"b64"}""", "invalid_value", "response_format")]
    [InlineData("""{"prompt":"x","output_format":"gif"}""", "invalid_value", "output_format")]
    [InlineData("""{"prompt":"x","output_compression":50}""", "unsupported_parameter", "output_compression")]
    [InlineData("""{"prompt":"x","background":"transparent"}""", "unsupported_parameter", "background")]
    [InlineData("""{"prompt":"x","seed":-1}""", "invalid_value", "seed")]
    [InlineData("""{"prompt":"x","top_k":0}""", "invalid_value", "top_k")]
    [InlineData("""{"prompt":"x","top_k":513}""", "invalid_value", "top_k")]
    [InlineData("""{"prompt":"x","top_p":1.5}""", "invalid_value", "top_p")]
    [InlineData("""{"prompt":"x","temperature":1e999}""", "invalid_value", "temperature")]
    [InlineData("""{"prompt":"x","priority":"urgent"}""", "invalid_value", "priority")]
    [InlineData("""{"prompt":"x","deadline_ms":0}""", "invalid_value", "deadline_ms")]
    [InlineData("""{"prompt":"x","stream":"yes"}""", "invalid_type", "stream")]
    [InlineData("""{"prompt":"x","stream":true,"n":2}""", "invalid_value", "n")]
    [InlineData("""{"prompt":"x","stream":true,"partial_images":4}""", "invalid_value", "partial_images")]
    [InlineData("""{"prompt":"x","partial_images":1}""", "invalid_value", "partial_images")]
    [InlineData("""{"prompt":"x","quality":5}""", "invalid_type", "quality")]
    [InlineData("""{"prompt":"x","negative_prompt":"y"}""", "unknown_parameter", "negative_prompt")]
    [InlineData("""{"prompt":"x","n":1,"n":2}""", "invalid_json", null)]
    [InlineData("""{"prompt":"x\""", "invalid_json", null)]
    [InlineData("", "invalid_json", null)]
    [InlineData("[]", "invalid_json", null)]
    [InlineData("null", "invalid_json", null)]
    public async Task What_is_wrong_is_named(string body, string code, string? param)
    {
        var answer = await _sut.Images(body);

        answer.IsError(400, "invalid_request_error", code, param);
        Assert.Equal("false", answer.Header("x-should-retry"));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_named_at_once()
    {
        var answer = await _sut.Images("""{"prompt":"","n":0,"size":"1x1","top_p":2,"steps":5,"output_format":"gif"}""");

        answer.IsError(400, "invalid_request_error", "invalid_value", "n");
        Assert.Equal(
            ["n", "output_format", "prompt", "size", "steps", "top_p"],
            answer.Error.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("param").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Only_JSON_is_taken()
    {
        using var text = new StringContent("""{"prompt":"x"}""", Encoding.UTF8, "text/plain");
        (await _sut.Send(HttpMethod.Post, "/v1/images/generations", text)).IsError(415, "invalid_request_error", "unsupported_content_type", null);
        using var broken = new ByteArrayContent([.. "{\"prompt\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        broken.Headers.ContentType = new("application/json");
        Assert.Equal(400, (await _sut.Send(HttpMethod.Post, "/v1/images/generations", broken)).Status);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        string prompt = new('x', 17 << 20);
        (await _sut.Images($$"""{"prompt":"{{prompt}}"}""")).IsError(413, "invalid_request_error", "request_too_large", null);
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_is_refused()
    {
        string prompt = new('x', 2 << 20);
        (await _sut.Images($$"""{"prompt":"{{prompt}}"}""")).IsError(400, "invalid_request_error", "invalid_value", "prompt");
    }

    [Fact]
    public async Task Paths_and_methods_that_are_not_there_are_told_in_JSON()
    {
        (await _sut.Get("/v1/nothing")).IsError(404, "invalid_request_error", "route_not_found", null);
        (await _sut.Get("/v1/images/generations")).IsError(405, "invalid_request_error", "method_not_allowed", null);
    }

    [Fact]
    public async Task An_unknown_model_is_named_with_those_that_are_there()
    {
        var answer = await _sut.Images("""{"prompt":"x","model":"dall-e-3"}""");

        answer.IsError(404, "invalid_request_error", "model_not_found", "model");
        Assert.Contains("fake", answer.Error.GetProperty("message").GetString());
        (await _sut.Get("/v1/models/dall-e-3")).IsError(404, "invalid_request_error", "model_not_found", "model");
    }

    [Fact]
    public async Task With_several_models_a_request_must_say_which()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(0, "one"), new FakeEngine(1, "two"));

        (await sut.Images("""{"prompt":"x"}""")).IsError(400, "invalid_request_error", "missing_required_parameter", "model");
        Assert.Equal(200, (await sut.Images("""{"prompt":"x","model":"two"}""")).Status);
    }
}
