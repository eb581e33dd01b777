using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>Submissions that are one generation.</summary>
public sealed class SharingTests
{
    private readonly TaskCompletionSource _hold = new();

    [Fact]
    public async Task The_same_key_is_the_same_generation_before_and_after_its_end()
    {
        var engine = new FakeEngine();
        await using var sut = await Sut.CreateSut(engine);
        var submission = new Submission { Request = await sut.Request(), IdempotencyKey = "key" };

        var first = await sut.Accept(submission);
        var second = await sut.Accept(submission);
        var end = (await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(first.Id)))[^1];
        var third = await sut.Accept(submission);

        Assert.Equal((first.Id, first.Id), (second.Id, third.Id));
        Assert.Equal((false, true, true), (first.Existing, second.Existing, third.Existing));
        Assert.Equal(GenerationState.Completed, end.Status.State);
        Assert.Equal((8, 0), (engine.Sampled, (await sut.Status()).Unfinished));
    }

    [Fact]
    public async Task A_key_that_comes_with_another_request_is_refused_and_leaves_nothing_behind()
    {
        await using var sut = await Sut.CreateSut();
        var submission = new Submission { Request = await sut.Request(seed: 1), IdempotencyKey = "key" };
        await Sut.Watch(await sut.Submit(submission));
        var other = submission with { Request = await sut.Request(seed: 2) };

        await Assert.ThrowsAsync<IdempotencyMismatchException>(() => sut.Accept(other));

        Assert.Equal(0, (await sut.Status()).Unfinished);
    }

    [Fact]
    public async Task A_key_that_comes_many_times_at_once_begins_one_run()
    {
        var engine = new FakeEngine();
        await using var sut = await Sut.CreateSut(engine);
        var submission = new Submission { Request = await sut.Request(), Shared = true };

        var accepted = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => sut.Accept(submission)));
        await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(accepted[0].Id));

        Assert.Single(accepted.Select(a => a.Id).Distinct());
        Assert.Single(accepted, a => !a.Existing);
        Assert.Equal((8, 0), (engine.Sampled, (await sut.Status()).Unfinished));
    }

    [Fact]
    public async Task A_shared_run_ends_when_the_last_of_its_callers_cancels()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await Sut.CreateSut(engine);
        var submission = new Submission { Request = await sut.Request(), Shared = true };
        var generation = await sut.Submit(submission);
        for (int i = 0; i < 3; i++) Assert.Equal(generation.GetPrimaryKeyString(), (await sut.Accept(submission)).Id);
        await engine.Halfway;

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => generation.CancelAsync()));
        Assert.Equal(GenerationState.Running, (await generation.GetStatusAsync()).State);
        await generation.CancelAsync();

        Assert.Equal(GenerationState.Cancelled, (await Sut.Watch(generation))[^1].Status.State);
    }

    [Fact]
    public async Task A_shared_run_that_one_caller_leaves_completes_for_the_other()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await Sut.CreateSut(engine);
        var submission = new Submission { Request = await sut.Request(), Shared = true };
        var generation = await sut.Submit(submission);
        await sut.Accept(submission);
        await engine.Halfway;

        await generation.CancelAsync();
        _hold.SetResult();

        Assert.Equal(GenerationState.Completed, (await Sut.Watch(generation))[^1].Status.State);
    }

    [Fact]
    public async Task A_shared_run_that_was_cancelled_begins_again_when_it_is_wanted_again()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await Sut.CreateSut(engine);
        var submission = new Submission { Request = await sut.Request(), Shared = true };
        var generation = await sut.Submit(submission);
        await engine.Halfway;
        await generation.CancelAsync();
        var cancelled = await Sut.Watch(generation);

        _hold.SetResult();
        var again = await Task.WhenAll(sut.Accept(submission), sut.Accept(submission));
        var events = await Sut.Watch(generation);

        Assert.Single(again, a => !a.Existing);
        Assert.Equal(GenerationState.Completed, events[^1].Status.State);
        Assert.True(events[0].Number > cancelled[^1].Number);
        Assert.Equal(0, (await sut.Status()).Unfinished);
    }
}
