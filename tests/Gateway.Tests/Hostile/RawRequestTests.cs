using System.Text.Json;

namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>What no HTTP client would send. The web server itself turns away what is not HTTP, with a bare 4xx; everything that is, is answered as always.</summary>
public sealed class RawRequestTests : IAsyncLifetime
{
    private const string Post = "POST /v1/images/generations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n";

    private Sut _sut = null!;

    public async ValueTask InitializeAsync() => _sut = await Sut.CreateSut();

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(200, (await _sut.Images("""{"prompt":"x"}""")).Status);   // it goes on
        await _sut.DisposeAsync();
    }

    public static TheoryData<string, int> NotHttp => new()
    {
        { "nonsense\r\n\r\n", 400 },
        { "GET /v1/models HTTP/9.9\r\nHost: x\r\n\r\n", 505 },
        { "GET /v1/models HTTP/1.1\r\n\r\n", 400 },                                                            // no host
        { "GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
        { $"GET /v1/models HTTP/1.1\r\nHost: x\r\nX: {new string('a', 40_000)}\r\n\r\n", 431 },
        { $"GET /v1/models HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 200).Select(i => $"X{i}: y\r\n"))}\r\n", 431 },
        { $"GET /{new string('a', 10_000)} HTTP/1.1\r\nHost: x\r\n\r\n", 414 },
        { "GET /v1/models/\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
        { "GET /v1/models/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
        { $"{Post}Idempotency-Key: a\0b\r\nContent-Length: 2\r\n\r\n{{}}", 400 },
        { $"{Post}Content-Length: -1\r\n\r\n", 400 },
        { $"{Post}Content-Length: 99999999999999999999\r\n\r\n", 400 },
    };

    [Theory]
    [MemberData(nameof(NotHttp))]
    public async Task What_is_not_HTTP_is_turned_away(string request, int status)
    {
        string answer = await Ask(request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer);
    }

    public static TheoryData<string, int, string> Http => new()
    {
        { $"{Post}Content-Length: 2\r\n\r\n{{}}", 400, "missing_required_parameter" },
        { $"{Post}Idempotency-Key: caf\u00c3\u00a9\r\nContent-Length: 2\r\n\r\n{{}}", 400, "invalid_value" },         // UTF-8
        { $"{Post}\r\n", 400, "invalid_json" },                                                                        // no body
        { $"{Post}Content-Length: 9\r\n\r\n{{\"prompt\"", 400, "invalid_json" },
        { $"{Post}Content-Length: 20000000\r\n\r\n", 413, "request_too_large" },
        { $"{Post}Expect: 100-continue\r\nContent-Length: 20000000\r\n\r\n", 413, "request_too_large" },
        { $"{Post}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400, "invalid_value" },
        { $"{Post}Transfer-Encoding: chunked\r\n\r\n5\r\n{{\"pro\r\n0\r\n\r\n", 400, "invalid_json" },
        { "GET /v1/models/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "route_not_found" },
        { "GET /v1/models/%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "model_not_found" },
        { "BREW /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405, "method_not_allowed" },
        { "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405, "method_not_allowed" },
        { $"GET /v1/models/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {new string('a', 20_000)}\r\n\r\n", 404, "model_not_found" },
    };

    [Theory]
    [MemberData(nameof(Http))]
    public async Task What_is_HTTP_is_answered_as_always(string request, int status, string code)
    {
        string answer = await Ask(request);
        string final = answer.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal) ? answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..] : answer;

        Assert.StartsWith($"HTTP/1.1 {status} ", final);
        Assert.Contains("x-request-id: req_", final);
        Assert.Equal(code, JsonElement.Parse(final[(final.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_body_that_ends_too_early_is_nobodys_request()
    {
        using var raw = await Raw.ConnectAsync(_sut.Root);
        await raw.WriteAsync($"{Post}Content-Length: 100\r\n\r\n{{\"prompt\":");
        raw.End();
        string answer = await raw.ReadToEndAsync();
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task A_body_that_comes_a_byte_now_and_then_is_cut_off()
    {
        using var raw = await Raw.ConnectAsync(_sut.Root);
        await raw.WriteAsync($"{Post}Content-Length: 100000\r\n\r\n{{\"prompt\":\"");
        var answer = raw.ReadToEndAsync();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (!answer.IsCompleted && await pace.WaitForNextTickAsync(Sut.Token))
        {
            try
            {
                await raw.WriteAsync("x");
            }
            catch (IOException)
            {
                break;   // it is closed already
            }
        }

        string text = await answer;
        Assert.StartsWith("HTTP/1.1 408 ", text);
        Assert.Contains("\"code\":\"request_timeout\"", text);
        Assert.Contains("x-request-id: req_", text);
    }

    private async Task<string> Ask(string request)
    {
        using var raw = await Raw.ConnectAsync(_sut.Root);
        await raw.WriteAsync(request);
        return await raw.ReadToEndAsync();
    }
}
