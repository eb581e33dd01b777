using ClipGen.Client.Tests.Fakes;
using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Client.Tests.Http;

/// <summary>Event streams that do not go as they should.</summary>
public sealed class EventStreamTests
{
    private static readonly GenerationStreamEvent
        Queued = Answers.Event(0, WireNames.Events.Queued, WireNames.States.Queued),
        Sampling = Answers.Event(1, WireNames.Events.Sampling, drawn: 64),
        Decoded = Answers.Event(5, WireNames.Events.Decoded, drawn: 128),
        Completed = Answers.Event(6, WireNames.Events.Completed, WireNames.States.Completed, drawn: 128);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The numbers seen, and what the server was asked on the event streams.</summary>
    private static Task<(int[] Numbers, string?[] LastEventIds)> Watch(Action<ClipGenHttpOptions>? configure, params RequestDelegate[] streams) => Watch(configure, _ => { }, streams);

    private static async Task<(int[] Numbers, string?[] LastEventIds)> Watch(Action<ClipGenHttpOptions>? configure, Action<int> saw, params RequestDelegate[] streams)
    {
        await using var server = await WireServer.StartAsync([Answers.Generation(), .. streams]);
        await using var sut = Clients.Http(server.Address, configure);
        var numbers = new List<int>();
        await foreach (var update in sut.GetRequiredService<IClipGenClient>().StreamAsync(new() { Prompt = "x" }, Token))
        {
            numbers.Add(update.Number);
            saw(update.Number);
        }
        return ([.. numbers], [.. server.Seen.Where(s => s.Path.EndsWith("/events", StringComparison.Ordinal)).Select(s => s["Last-Event-ID"])]);
    }

    [Fact]
    public async Task A_stream_that_breaks_is_taken_up_after_the_last_event_seen()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (numbers, asked) = await Watch(
            null,
            number => { if (number == Sampling.Number) arrived.SetResult(); },
            async context =>
            {
                await Answers.WriteAsync(context, Queued);
                await Answers.WriteAsync(context, Sampling);
                await Answers.WriteAsync(context, "data: {\"type\":\"samp");   // cut off within an event
                await arrived.Task.WaitAsync(Token);   // what is on its way is lost with the connection
                context.Abort();
            },
            Answers.Events(Decoded, Completed));
        Assert.Equal([0, 1, 5, 6], numbers);
        Assert.Equal([null, "1"], asked);
    }

    [Fact]
    public async Task A_stream_that_ends_too_early_in_good_order_has_broken_as_well()
    {
        var (numbers, asked) = await Watch(null, Answers.Events(Queued), Answers.Events(Queued, Sampling), Answers.Events(Decoded, Completed));
        Assert.Equal([0, 1, 5, 6], numbers);   // what a server tells again is told once
        Assert.Equal([null, "0", "1"], asked);
    }

    [Fact]
    public async Task A_stream_on_which_nothing_comes_is_left_for_another_one()
    {
        var (numbers, asked) = await Watch(
            o => o.StreamIdleTimeout = TimeSpan.FromMilliseconds(300),
            async context =>
            {
                await Answers.WriteAsync(context, Queued);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            },
            Answers.Events(Sampling, Completed));
        Assert.Equal([0, 1, 6], numbers);
        Assert.Equal([null, "0"], asked);
    }

    [Fact]
    public async Task Heartbeats_and_news_from_a_newer_server_are_passed_over()
    {
        var (numbers, _) = await Watch(null, async context =>
        {
            await Answers.WriteAsync(context, ": keep-alive\n\n");
            await Answers.WriteAsync(context, Queued);
            await Answers.WriteAsync(context, Answers.Event(1, "polished"));
            await Answers.WriteAsync(context, ": keep-alive\n\n");
            await Answers.WriteAsync(context, Completed);
        });
        Assert.Equal([0, 6], numbers);
    }

    [Fact]
    public async Task A_server_in_trouble_is_asked_again()
    {
        var (numbers, asked) = await Watch(null, Broken(WireNames.ErrorTypes.Server, "overloaded"), Answers.Events(Sampling, Completed));
        Assert.Equal([0, 1, 6], numbers);
        Assert.Equal([null, "0"], asked);
    }

    [Fact]
    public async Task An_error_that_stays_ends_the_stream_with_code_and_parameter()
    {
        var error = await Assert.ThrowsAsync<ClipGenInvalidRequestException>(() => Watch(null, Broken(WireNames.ErrorTypes.InvalidRequest, "invalid_value")));
        Assert.Equal(("invalid_value", "seed"), (error.Code, error.Parameter));
    }

    [Fact]
    public async Task Only_tries_without_any_news_count()
    {
        RequestDelegate[] streams = [.. Enumerable.Range(0, 8).Select(i => Answers.Events(Answers.Event(i, WireNames.Events.Sampling))), Answers.Events(Answers.Event(8, WireNames.Events.Completed, WireNames.States.Completed))];
        Assert.Equal(9, (await Watch(o => o.MaxRetries = 1, streams)).Numbers.Length);

        var error = await Assert.ThrowsAsync<ClipGenUnavailableException>(() => Watch(o => o.MaxRetries = 2, Answers.Events(Queued), Answers.Events()));
        Assert.Equal("connection_lost", error.Code);
    }

    [Fact]
    public async Task A_preview_is_a_file()
    {
        var preview = Answers.Event(1, WireNames.Events.Preview) with
        {
            Preview = new() { Candidate = 0, Index = 0, Rows = 4, RowsTotal = 8, B64Json = Convert.ToBase64String([1, 2, 3]), OutputFormat = "webp" },
        };
        await using var server = await WireServer.StartAsync(Answers.Generation(), Answers.Events(Queued, preview, Completed));
        await using var sut = Clients.Http(server.Address);
        var seen = new List<ImagePreview>();
        await foreach (var update in sut.GetRequiredService<IClipGenClient>().StreamAsync(new() { Prompt = "x", Previews = 1 }, Token))
        {
            if (update.Preview is { } p) seen.Add(p);
        }
        var only = Assert.Single(seen);
        Assert.Equal(("image/webp", 4, 8), (only.MediaType, only.Rows, only.RowsTotal));
        Assert.Equal([1, 2, 3], only.Content.ToArray());
    }

    [Fact]
    public async Task Watching_goes_on_after_the_number_that_was_seen()
    {
        await using var server = await WireServer.StartAsync(Answers.Generation(WireNames.States.Running), Answers.Events(Decoded, Completed));
        await using var sut = Clients.Http(server.Address);
        var numbers = new List<int>();
        await foreach (var update in sut.GetRequiredService<IClipGenClient>().WatchAsync(Answers.Id, after: 3, Token)) numbers.Add(update.Number);
        Assert.Equal([5, 6], numbers);
        Assert.Equal("3", server.Seen.Last()["Last-Event-ID"]);
    }

    private static RequestDelegate Broken(string type, string code) => async context =>
    {
        await Answers.WriteAsync(context, Queued);
        string error = $$$"""{"type":"error","error":{"message":"no","type":"{{{type}}}","param":"seed","code":"{{{code}}}"}}""";
        await Answers.WriteAsync(context, $"event: error\ndata: {error}\n\n");
    };
}
