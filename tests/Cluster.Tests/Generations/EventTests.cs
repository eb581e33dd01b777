using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class EventTests
{
    [Fact]
    public async Task Events_are_numbered_in_the_order_of_the_path()
    {
        await using var sut = await Sut.CreateSut();
        var events = await sut.Draw(await sut.Request(candidates: 4, keep: 2));

        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.Number));
        Assert.Equal(
            [GenerationEventKind.Queued, GenerationEventKind.Encoded, GenerationEventKind.Decoded, GenerationEventKind.ImageStored, GenerationEventKind.ImageStored, GenerationEventKind.Completed],
            events.Select(e => e.Kind).Where(k => k is not (GenerationEventKind.Sampling or GenerationEventKind.CandidateSampled)));
        Assert.Equal(4, events.Count(e => e.Kind == GenerationEventKind.CandidateSampled));
        Assert.Equal(events.Select(e => e.Status.CodesDrawn).Order(), events.Select(e => e.Status.CodesDrawn));
        Assert.Equal(GenerationState.Queued, events[0].Status.State);
        Assert.All(events.Skip(1).SkipLast(1), e => Assert.Equal(GenerationState.Running, e.Status.State));
    }

    [Fact]
    public async Task A_late_watcher_gets_all_events_and_one_from_the_middle_the_rest()
    {
        await using var sut = await Sut.CreateSut();
        var generation = await sut.Submit(await sut.Request());
        var live = await Sut.Watch(generation);

        Assert.Equal(live.Select(e => (e.Number, e.Kind)), (await Sut.Watch(generation)).Select(e => (e.Number, e.Kind)));
        Assert.Equal(live.Skip(3).Select(e => e.Number), (await Sut.Watch(generation, from: 3)).Select(e => e.Number));
        Assert.Empty(await Sut.Watch(generation, from: live.Count));
    }

    [Fact]
    public async Task Who_waits_for_the_end_alone_is_told_of_nothing_else()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(new FakeEngine { Hold = hold.Task });
        var generation = await sut.Submit(await sut.Request());
        var end = Sut.Watch(generation, from: GenerationEvent.AfterAll);
        await foreach (var e in generation.WatchAsync(0, Sut.Token))
        {
            if (e.Kind == GenerationEventKind.Encoded) break;
        }
        Assert.False(end.IsCompleted);

        hold.SetResult();

        Assert.Empty(await end);
        Assert.Equal(GenerationState.Completed, (await generation.GetStatusAsync()).State);
        Assert.Empty(await Sut.Watch(generation, from: GenerationEvent.AfterAll));
    }

    [Fact]
    public async Task A_watcher_who_leaves_disturbs_nobody()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(new FakeEngine { Hold = hold.Task });
        var generation = await sut.Submit(await sut.Request());
        var stays = Sut.Watch(generation);
        await foreach (var _ in generation.WatchAsync(0, Sut.Token)) break;

        hold.SetResult();

        Assert.Equal(GenerationState.Completed, (await stays)[^1].Status.State);
    }

    [Fact]
    public async Task An_unknown_generation_is_named()
    {
        await using var sut = await Sut.CreateSut();
        var error = await Assert.ThrowsAsync<KeyNotFoundException>(() => sut.Grains.GetGrain<IGenerationGrain>("nobody").GetStatusAsync());
        Assert.Contains("'nobody'", error.Message);
    }

    [Fact]
    public async Task Sampling_events_are_at_most_one_for_each_percent()
    {
        await using var sut = await Sut.CreateSut();
        var request = await sut.Request(candidates: 10);
        var model = await sut.Grains.GetGrain<IGatewayGrain>(request.Model).DescribeAsync() with { CodesPerImage = 1000 };
        var log = new GenerationLog("id", new() { Submission = new() { Request = request }, Model = model });
        for (int step = 1; step <= 1000; step++)
        {
            for (int candidate = 0; candidate < 10; candidate++) log.Advance(candidate, step, done: step == 1000);
        }
        log.Append(GenerationEventKind.Completed, log.Status with { State = GenerationState.Completed });

        var events = await log.WatchAsync(0, Sut.Token).ToListAsync(Sut.Token);

        Assert.Equal(100, events.Count(e => e.Kind == GenerationEventKind.Sampling));
        Assert.Equal(10, events.Count(e => e.Kind == GenerationEventKind.CandidateSampled));
        Assert.Equal(10_000, events[^1].Status.CodesDrawn);
    }
}
