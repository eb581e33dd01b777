using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>Streams as both of OpenAI's clients read them.</summary>
public sealed class OfficialStreamTests
{
    private const string Partial = "image_generation.partial_image", Completed = "image_generation.completed";

    /// <summary>Drawing goes on when a preview has been seen: otherwise it might be late, and dropped.</summary>
    private readonly SemaphoreSlim _seen = new(0);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_NET_client_reads_previews_and_the_image(int previews)
    {
        await using var sut = await Sut.CreateSut(Engine(previews));

        var items = await ReadAsync(sut, Body(previews));

        Assert.Equal([.. Enumerable.Repeat(Partial, previews), Completed], items.Select(i => i.Type));
        Assert.Equal(Enumerable.Range(0, previews), items.SkipLast(1).Select(i => i.Data.GetProperty("partial_image_index").GetInt32()));
        Assert.All(items, i => Assert.NotEmpty(i.Data.GetProperty("b64_json").GetBytesFromBase64()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_Node_client_reads_previews_and_the_image(int previews)
    {
        NodeClient.Require();
        await using var sut = await Sut.CreateSut(Engine(previews));

        var lines = await RunNodeAsync(sut, Body(previews));

        Assert.Equal([.. Enumerable.Range(0, previews).Select(i => $"{Partial} {i} image"), $"{Completed}  image", "end"], lines);
    }

    [Fact]
    public async Task The_NET_client_reads_a_failure_after_a_preview()
    {
        await using var sut = await Sut.CreateSut(Engine(1, new ArithmeticException("broken weights")));

        var items = await ReadAsync(sut, Body(previews: 1));

        Assert.Equal([Partial, "error"], items.Select(i => i.Type));   // it is told, and throws nothing
        Assert.Equal("generation_failed", items[^1].Data.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_Node_client_throws_a_failure_after_a_preview()
    {
        NodeClient.Require();
        await using var sut = await Sut.CreateSut(Engine(1, new ArithmeticException("broken weights")));

        Assert.Equal([$"{Partial} 0 image", "threw APIError generation_failed server_error"], await RunNodeAsync(sut, Body(previews: 1)));
    }

    [Fact]
    public async Task Hanging_up_in_mid_stream_cancels_where_that_was_asked_for()
    {
        NodeClient.Require();
        var engine = new FakeEngine { Hold = new TaskCompletionSource().Task };
        await using var sut = await Sut.CreateSut(engine);

        var lines = await RunNodeAsync(sut, """{"prompt":"x","stream":true,"partial_images":2,"candidates":1,"on_disconnect":"cancel"}""", abortAfter: 1);

        Assert.Equal([$"{Partial} 0 image", "aborted"], lines);
        await engine.Freed.WaitAsync(Sut.Token);
        Assert.Equal((0, 1), (engine.Sampled, engine.Cancelled));
    }

    [Fact]
    public async Task What_only_the_Accept_header_asks_for_is_no_stream()
    {
        await using var sut = await Sut.CreateSut();
        using var body = BinaryContent.Create(BinaryData.FromString("""{"prompt":"x","stream":null}"""));

        var result = await NetClient.Create(sut, maxRetries: 0).GenerateImagesAsync(body, new RequestOptions { CancellationToken = Sut.Token });   // accepts event streams, as always

        Assert.StartsWith("application/json", result.GetRawResponse().Headers.TryGetValue("content-type", out string? type) ? type : null);
    }

    private static string Body(int previews) => $$"""{"prompt":"x","stream":true,"partial_images":{{previews}}}""";

    /// <summary>Of its 8 rows of 8 codes, those are shown that a preview is due after.</summary>
    private FakeEngine Engine(int previews, Exception? decodeFailure = null) => new()
    {
        AtGlimpse = codes => Enumerable.Range(1, previews).Any(i => 8 * i / (previews + 1) * 8 == codes) ? _seen.WaitAsync(Sut.Token) : Task.CompletedTask,
        DecodeFailure = decodeFailure,
    };

    private async Task<List<(string Type, JsonElement Data)>> ReadAsync(Sut sut, string request)
    {
        using var body = BinaryContent.Create(BinaryData.FromString(request));
        var items = new List<(string, JsonElement)>();
        await foreach (var item in await NetClient.Create(sut, maxRetries: 0).GenerateImagesStreamingAsync(body, new RequestOptions { CancellationToken = Sut.Token }))
        {
            items.Add((item.EventType, JsonElement.Parse(item.Data.ToString())));
            _seen.Release();
        }
        return items;
    }

    private Task<List<string>> RunNodeAsync(Sut sut, string body, int? abortAfter = null)
    {
        var environment = new Dictionary<string, string> { ["CLIPGEN_URL"] = sut.Root.AbsoluteUri, ["CLIPGEN_BODY"] = body };
        if (abortAfter is { } count) environment["CLIPGEN_ABORT_AFTER"] = $"{count}";
        return NodeClient.RunAsync("official-stream.mjs", environment, _ => _seen.Release());
    }
}
