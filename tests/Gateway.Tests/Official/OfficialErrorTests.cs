using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using ClipGen.Cluster.Tests.Fakes;
using OpenAI.Images;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>Every error of the wire, provoked at the real server, as both of OpenAI's clients read it.</summary>
public sealed class OfficialErrorTests
{
    public static TheoryData<string> Names => [.. Provocations.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Is_read_by_the_NET_client(string name)
    {
        await using var at = await Provoked.StartAsync(Provocations.All[name]);
        var (error, answer) = await ReadAsync(at);

        var p = at.Provocation;
        Assert.Equal(p.Status, answer.Status);
        Check(p, header => answer.Headers.TryGetValue(header, out string? value) ? value : null);
        var body = JsonElement.Parse(answer.Content).GetProperty("error");
        Assert.Equal((p.Type, p.Code, p.Param), (body.GetProperty("type").GetString(), body.GetProperty("code").GetString(), body.GetProperty("param").GetString()));
        if (error is null) return;   // fetched below the client's own methods
        Assert.StartsWith($"HTTP {p.Status} ({p.Type}: {p.Code})", error.Message);
        Assert.Contains(body.GetProperty("message").GetString()!, error.Message);
        if (p.Param is not null) Assert.Contains($"Parameter: {p.Param}", error.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Is_read_by_the_Node_client(string name)
    {
        NodeClient.Require();
        await using var at = await Provoked.StartAsync(Provocations.All[name]);
        var p = at.Provocation;
        string call = JsonSerializer.Serialize(new
        {
            url = at.Sut.Root.AbsoluteUri,
            key = "any",
            get = p.Get,
            body = JsonElement.Parse(p.Body),
            headers = p.IdempotencyKey is null ? [] : new Dictionary<string, string> { ["Idempotency-Key"] = p.IdempotencyKey },
        });

        var error = JsonElement.Parse(Assert.Single(await NodeClient.RunAsync("official-error.mjs", new() { ["CLIPGEN_CALL"] = call })));

        Assert.Equal((p.NodeClass, p.Status, p.Type, p.Code, p.Param), (Text("class"), error.GetProperty("status").GetInt32(), Text("type"), Text("code"), Text("param")));
        Assert.StartsWith($"{p.Status} ", Text("message"));
        Check(p, header => header switch { "x-request-id" => Text("request"), "retry-after" => Text("retryAfter"), "retry-after-ms" => Text("retryAfterMs"), _ => Text("shouldRetry") });

        string? Text(string member) => error.GetProperty(member).GetString();
    }

    private static void Check(Provocation p, Func<string, string?> header)
    {
        Assert.StartsWith("req_", header("x-request-id"));
        Assert.Equal(p.ShouldRetry, header("x-should-retry"));
        // Without one the .NET client tries a 429 or a 5xx again at once.
        Assert.Equal(p.Later, header("retry-after") is not null);
        if (p.Later) Assert.True(int.Parse(header("retry-after")!) >= 1 && int.Parse(header("retry-after-ms")!) >= 1);
    }

    private static async Task<(ClientResultException? Error, (int Status, PipelineResponseHeaders Headers, BinaryData Content))> ReadAsync(Provoked at)
    {
        var client = NetClient.Create(at.Sut, maxRetries: 0);
        if (at.Provocation.Get is { } path)
        {
            using var message = client.Pipeline.CreateMessage();
            (message.Request.Method, message.Request.Uri) = ("GET", new(at.Sut.Root, $"v1{path}"));
            await client.Pipeline.SendAsync(message);
            return (null, (message.Response!.Status, message.Response.Headers, message.Response.Content));
        }
        using var body = BinaryContent.Create(BinaryData.FromString(at.Provocation.Body));
        var options = new RequestOptions { CancellationToken = Sut.Token };
        if (at.Provocation.IdempotencyKey is { } key) options.SetHeader("Idempotency-Key", key);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => client.GenerateImagesAsync(body, options));
        var answer = error.GetRawResponse()!;
        return (error, (answer.Status, answer.Headers, answer.Content));
    }

    /// <summary>A server that has been brought to where it answers with the error.</summary>
    private sealed class Provoked(Provocation provocation, Sut sut, TaskCompletionSource hold) : IAsyncDisposable
    {
        public Provocation Provocation => provocation;

        public Sut Sut => sut;

        public static async Task<Provoked> StartAsync(Provocation p)
        {
            var hold = new TaskCompletionSource();
            var engine = new FakeEngine { Hold = p.Held ? hold.Task : Task.CompletedTask, DecodeFailure = p.DecodeFailure };
            var sut = await Sut.CreateSut(p.Settings, p.Device ? [engine] : []);
            await p.Before(sut, engine);
            return new(p, sut, hold);
        }

        public async ValueTask DisposeAsync()
        {
            hold.SetResult();
            await sut.DisposeAsync();
        }
    }
}
