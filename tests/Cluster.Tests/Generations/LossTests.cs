using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>What of lost devices counts against a generation, and what does not.</summary>
public sealed class LossTests
{
    private readonly TaskCompletionSource _hold = new();

    [Fact]
    public async Task A_process_with_several_devices_is_lost_once()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine { Hold = _hold.Task });
        var generation = await Sampling(sut);
        var process = Guid.NewGuid();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(device => generation.LostAsync($"gpu-0/cuda:{device}", [device], process)));

        Assert.Equal(1, (await generation.GetStatusAsync()).Retries);
    }

    [Fact]
    public async Task A_sequence_that_is_missing_from_a_process_that_runs_is_no_crash()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine { Hold = _hold.Task });
        var generation = await Sampling(sut);
        for (int i = 0; i < 10; i++) await generation.LostAsync("local/cpu:0", [0], null);
        _hold.SetResult();
        var end = (await Sut.Watch(generation))[^1].Status;
        Assert.Equal((GenerationState.Completed, 0), (end.State, end.Retries));
    }

    [Fact]
    public async Task A_request_that_takes_too_many_processes_down_is_quarantined()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await Sut.CreateSut(engine);
        var generation = await Sampling(sut);
        for (int i = 0; i < 5; i++) await generation.LostAsync($"gpu-{i}/cuda:0", [0], Guid.NewGuid());

        var end = (await Sut.Watch(generation))[^1].Status;

        Assert.Equal("Quarantined: 5 processes were lost while they drew this request, the last one with device gpu-4/cuda:0.", end.Error);
        await engine.Freed.WaitAsync(Sut.Token);
    }

    [Fact]
    public async Task A_suspect_completes_on_a_device_of_its_own_while_others_go_on()
    {
        FakeEngine[] engines = [new(0) { Hold = _hold.Task }, new(1) { Hold = _hold.Task }];
        await using var sut = await Sut.CreateSut(engines);
        var suspect = await sut.Submit(await sut.Request(seed: 1, candidates: 16));
        await sut.Until(s => s.Waiting == 8);
        for (int i = 0; i < 2; i++) await suspect.LostAsync($"gpu-{i}/cuda:0", [0], Guid.NewGuid());
        var others = Enumerable.Range(2, 3).Select(async seed => await sut.Draw(await sut.Request(seed: (ulong)seed))).ToArray();

        _hold.SetResult();

        Assert.Equal(GenerationState.Completed, (await Sut.Watch(suspect))[^1].Status.State);
        Assert.All(await Task.WhenAll(others), events => Assert.Equal(GenerationState.Completed, events[^1].Status.State));
    }

    [Fact]
    public async Task A_stage_that_fails_is_tried_on_another_device()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(0) { EncodeFailure = new InvalidOperationException("Lost.") }, new FakeEngine(1));
        var events = await sut.Draw(await sut.Request());
        Assert.Equal((GenerationState.Completed, 1), (events[^1].Status.State, events[^1].Status.Retries));
        Assert.Contains(events, e => e.Kind == GenerationEventKind.Retried);
    }

    [Fact]
    public async Task A_stage_that_fails_everywhere_fails_the_generation_and_frees_its_place()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(0) { EncodeFailure = new InvalidOperationException("Lost.") });
        Assert.Equal("Lost.", (await sut.Draw(await sut.Request()))[^1].Status.Error);
        Assert.Equal(0, (await sut.Status()).Unfinished);
    }

    [Fact]
    public void A_stage_that_stops_in_good_order_or_cannot_be_found_says_nothing_of_the_request() => Assert.All(
        new Exception[] { new OperationCanceledException(), new TimeoutException(), new ClipGen.Cluster.Placement.DeviceNotFoundException(""), new ModelNotFoundException("") },
        e => Assert.True(Transient.IsOne(e)));

    private static async Task<IGenerationGrain> Sampling(Sut sut)
    {
        var generation = await sut.Submit(await sut.Request());
        await sut.Until(s => s.Devices.Sum(d => d.Free) == 0);
        return generation;
    }
}
