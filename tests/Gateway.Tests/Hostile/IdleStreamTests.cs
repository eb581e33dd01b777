using System.Diagnostics;
using System.Globalization;
using System.Text;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Gateway.Endpoints;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>
/// Many who watch and to whom nothing happens. CLIPGEN_IDLE_STREAMS says how many (200 by default; two file descriptors each), and the
/// numbers are written to the test's output.
/// </summary>
[Collection(nameof(MeasuresMemory))]
public sealed class IdleStreamTests
{
    private static readonly int Streams = int.Parse(Environment.GetEnvironmentVariable("CLIPGEN_IDLE_STREAMS") ?? "200", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Are_kept_alive_cost_little_and_leave_nothing()
    {
        var hold = new TaskCompletionSource();
        var engine = new FakeEngine { Hold = hold.Task };
        await using var sut = await Sut.CreateSut(new() { ["ClipGen:Api:KeepAlive"] = "00:00:05", ["ClipGen:Api:MaxEventStreams"] = $"{Streams}" }, [engine]);
        var open = sut.Services.GetRequiredService<OpenStreams>();
        string id = (await sut.Post("/v1/generations", """{"prompt":"x","candidates":1}""")).Json.GetProperty("id").GetString()!;
        await engine.Halfway.WaitAsync(Sut.Token);

        await CloseAsync(await OpenAsync(sut, id, Math.Min(Streams, 20), open), open);   // what is made once is there then
        long fresh = await MeasuresMemory.SettledAsync();
        // The web server keeps buffers of as many connections as it has had at once, 5 KiB each: what counts is whether more comes with more rounds.
        await CloseAsync(await OpenAsync(sut, id, Streams, open), open);
        long before = await MeasuresMemory.SettledAsync();
        var watchers = await OpenAsync(sut, id, Streams, open);
        long during = await MeasuresMemory.SettledAsync();

        foreach (var watcher in watchers) await ReadUntilAsync(watcher, ": keep-alive");
        long slowest = 0;
        for (int i = 0; i < 20; i++)
        {
            var clock = Stopwatch.StartNew();
            var answer = await sut.Get($"/v1/generations/{id}");
            Assert.True(answer.Status == 200, $"{answer.Status}: {Encoding.UTF8.GetString(answer.Body)}");
            slowest = Math.Max(slowest, clock.ElapsedMilliseconds);
        }
        (await sut.Get($"/v1/generations/{id}/events")).IsError(503, "server_error", "overloaded", null);   // one more than there may be

        await CloseAsync(watchers, open);
        long after = await MeasuresMemory.SettledAsync();
        TestContext.Current.SendDiagnosticMessage(Text(fresh, before, during, after, slowest));
        TestContext.Current.TestOutputHelper?.WriteLine(Text(fresh, before, during, after, slowest));
        Assert.True((during - before) / Streams < 64 * 1024, Text(fresh, before, during, after, slowest));
        Assert.True(after - before < Math.Max(4 << 20, (during - before) / 8), Text(fresh, before, during, after, slowest));
        hold.SetResult();
    }

    private static string Text(long fresh, long before, long during, long after, long slowest) => string.Create(CultureInfo.InvariantCulture,
        $"{Streams} idle streams, client's ends included: {fresh / 1024} KiB before any, {before / 1024} KiB after as many that are closed, {during / 1024} KiB open ({(during - before) / 1024.0 / Streams:F1} KiB each), {after / 1024} KiB after; slowest of 20 other requests {slowest} ms");

    private static async Task<List<Raw>> OpenAsync(Sut sut, string id, int count, OpenStreams open)
    {
        var watchers = new List<Raw>(count);
        for (int i = 0; i < count; i++)
        {
            var raw = await Raw.ConnectAsync(sut.Root);
            await raw.WriteAsync($"GET /v1/generations/{id}/events HTTP/1.1\r\nHost: x\r\n\r\n");
            watchers.Add(raw);
        }
        while (open.Count < count) await Task.Delay(20, Sut.Token);
        return watchers;
    }

    private static async Task ReadUntilAsync(Raw watcher, string text)
    {
        byte[] buffer = new byte[2048];
        string seen = "";
        while (!seen.Contains(text, StringComparison.Ordinal))
        {
            int count = await watcher.Stream.ReadAsync(buffer, Sut.Token);
            Assert.True(count > 0, "The stream was closed.");
            seen = (seen.Length > 100 ? seen[^100..] : seen) + Encoding.Latin1.GetString(buffer, 0, count);
        }
    }

    private static async Task CloseAsync(List<Raw> watchers, OpenStreams open)
    {
        foreach (var watcher in watchers) watcher.Dispose();
        while (open.Count > 0) await Task.Delay(20, Sut.Token);
    }
}
