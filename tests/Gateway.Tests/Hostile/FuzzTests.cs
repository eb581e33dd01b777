using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Endpoints;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>Whatever is sent: no 500, always an answer that clients can read, and a server that goes on.</summary>
public sealed class FuzzTests
{
    private const int RequestsPerSeed = 150;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_body_is_answered_in_order(int seed)
    {
        await using var sut = await Sut.CreateSut();
        var nasty = new Nasty(seed);
        var statuses = await Run(sut, () =>
        {
            var content = new ByteArrayContent(nasty.Body());
            string type = nasty.Next(8) > 0 ? "application/json" : nasty.One("application/json; charset=utf-16", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/problem+json", "*/*", "json", "application/json;;", "");
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            var request = new HttpRequestMessage(HttpMethod.Post, nasty.One("/v1/images/generations", "/v1/generations")) { Content = content };
            if (nasty.Next(4) == 0) request.Headers.TryAddWithoutValidation("Idempotency-Key", nasty.Header());
            if (nasty.Next(4) == 0) request.Headers.TryAddWithoutValidation("Accept", nasty.Header());
            return request;
        });
        // It is no test if nothing gets through, or everything.
        Assert.Superset(new HashSet<int> { 200, 202, 400, 415 }, statuses);
    }

    [Fact]
    public async Task Every_path_and_method_is_answered_in_order()
    {
        await using var sut = await Sut.CreateSut();
        var nasty = new Nasty(4);
        string id = (await sut.Post("/v1/generations", """{"prompt":"x","candidates":1}""")).Json.GetProperty("id").GetString()!;
        var statuses = await Run(sut, () =>
        {
            string part = nasty.PathPart();
            string path = nasty.One("/v1/{0}", "/v1/models/{0}", "/v1/generations/{0}", "/v1/generations/{0}/events", $"/v1/generations/{id}/images/{{0}}", "/v1/generations/{0}/images/x", "/v1/images/{0}", "/{0}", "/v1/cluster{0}",
                $"/v1/generations/{id}/events?on_disconnect={{0}}");
            var method = nasty.One(HttpMethod.Get, HttpMethod.Get, HttpMethod.Get, HttpMethod.Delete, HttpMethod.Head, HttpMethod.Options, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Trace, new("BREW"), new("QUERY"));
            var request = new HttpRequestMessage(method, new Uri($"{sut.Root.AbsoluteUri.TrimEnd('/')}{path.Replace("{0}", part, StringComparison.Ordinal)}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            if (nasty.Next(2) == 0) request.Headers.TryAddWithoutValidation("Last-Event-ID", nasty.Header());
            return request;
        });
        Assert.Superset(new HashSet<int> { 200, 400, 404, 405 }, statuses);
    }

    private static async Task<HashSet<int>> Run(Sut sut, Func<HttpRequestMessage> next)
    {
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8, AllowAutoRedirect = false }) { BaseAddress = sut.Root };
        var clock = Stopwatch.StartNew();
        var statuses = new HashSet<int>();
        for (int i = 0; i < RequestsPerSeed && clock.Elapsed < Longest; i++)
        {
            using var request = next();
            // For the message of a failure: which one it was.
            string sent = $"{i}: {request.Method} {request.RequestUri} {request.Content?.Headers.ContentType} {(request.Content is null ? "" : Encoding.Latin1.GetString(await request.Content.ReadAsByteArrayAsync(Sut.Token)))}";
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Sut.Token);
            byte[] body = await response.Content.ReadAsByteArrayAsync(Sut.Token);
            int status = (int)response.StatusCode;
            statuses.Add(status);
            Assert.True(status < 500, $"{status} for {Short(sent)}");
            if (status == 400 && body.Length == 0 && IsNoHttp(request.RequestUri!.OriginalString)) continue;
            Assert.True(response.Headers.TryGetValues("x-request-id", out var id) && id.Single().StartsWith("req_", StringComparison.Ordinal), $"no id for {Short(sent)}");
            if (status >= 400 && request.Method != HttpMethod.Head) IsEnvelope(response.Content.Headers.ContentType, body, sent);
            if (response.Content.Headers.ContentType?.MediaType == "text/event-stream") Assert.DoesNotContain("event: error", Encoding.UTF8.GetString(body));
        }
        Assert.Equal(0, sut.Services.GetRequiredService<OpenStreams>().Count);
        Assert.Equal(200, (await sut.Images("""{"prompt":"x"}""")).Status);
        return statuses;
    }

    /// <summary>The web server itself turns away, with a bare 400, what cannot be a path.</summary>
    private static bool IsNoHttp(string address) => address.Contains("%00", StringComparison.Ordinal) || address.Any(c => c > '~');

    private static void IsEnvelope(MediaTypeHeaderValue? type, byte[] body, string sent)
    {
        Assert.True(type?.MediaType == "application/json", $"{type} for {Short(sent)}");
        var error = JsonElement.Parse(body).GetProperty("error");
        Assert.Equal(WireNames.ErrorTypes.InvalidRequest, error.GetProperty("type").GetString() is WireNames.ErrorTypes.RateLimitExceeded ? WireNames.ErrorTypes.InvalidRequest : error.GetProperty("type").GetString());
        Assert.False(string.IsNullOrEmpty(error.GetProperty("code").GetString()), Short(sent));
        Assert.False(string.IsNullOrEmpty(error.GetProperty("message").GetString()), Short(sent));
        Assert.True(error.GetProperty("param").ValueKind is JsonValueKind.String or JsonValueKind.Null, Short(sent));
    }

    private static string Short(string text) => text.Length <= 500 ? text : text[..500];
}
