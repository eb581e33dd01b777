using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class CancellationTests
{
    private readonly TaskCompletionSource _never = new();

    [Fact]
    public async Task Cancelling_while_sampling_frees_the_engines_and_ends_cancelled()
    {
        FakeEngine[] engines = [new(0) { Hold = _never.Task }, new(1) { Hold = _never.Task }];
        await using var sut = await Sut.CreateSut(engines);
        var generation = await sut.Submit(await sut.Request(candidates: 8));
        await Task.WhenAll(engines.Select(e => e.Halfway));

        await generation.CancelAsync();
        var events = await Sut.Watch(generation);

        Assert.Equal(GenerationEventKind.Cancelled, events[^1].Kind);
        Assert.Equal(GenerationState.Cancelled, (await generation.GetStatusAsync()).State);
        await Task.WhenAll(engines.Select(e => e.Freed)).WaitAsync(Sut.Token);
        Assert.All(engines, e => Assert.Equal(4, e.Cancelled));
        Assert.False(Directory.Exists(sut.Folder) && Directory.EnumerateFiles(sut.Folder).Any());
        await generation.CancelAsync();   // has ended: nothing happens
    }

    [Fact]
    public async Task A_cancelled_generation_gives_its_place_back()
    {
        var engine = new FakeEngine { Hold = _never.Task };
        await using var sut = await Sut.CreateSut(engine);
        var request = await sut.Request(candidates: GenerationRequest.MaxCandidates);
        for (int i = 0; i < 6; i++)   // six would not fit beside each other
        {
            var generation = await sut.Submit(request);
            await generation.CancelAsync();
            Assert.Equal(GenerationEventKind.Cancelled, (await Sut.Watch(generation))[^1].Kind);
        }
    }

    [Fact]
    public async Task Deactivating_a_running_generation_does_not_end_it()
    {
        var hold = new TaskCompletionSource();
        var engine = new FakeEngine { Hold = hold.Task };
        await using var sut = await Sut.CreateSut(engine);
        var generation = await sut.Submit(await sut.Request());
        await engine.Halfway;

        await generation.AsReference<Orleans.Core.Internal.IGrainManagementExtension>().DeactivateOnIdle(Sut.Token);
        hold.SetResult();
        var events = await Sut.Watch(generation);

        Assert.Equal(GenerationEventKind.Completed, events[^1].Kind);
        Assert.Equal(0, events[^1].Status.Retries);   // it was handed over, not lost
    }

    [Fact]
    public async Task Stopping_the_cluster_frees_the_engines()
    {
        var engine = new FakeEngine { Hold = _never.Task };
        await using (var sut = await Sut.CreateSut(engine))
        {
            await sut.Submit(await sut.Request());
            await engine.Halfway;
        }
        await engine.Freed.WaitAsync(Sut.Token);
    }
}
