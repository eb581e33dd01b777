using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo.Devices;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>Two versions of a bundle under one name, as there are while it is replaced device by device.</summary>
public sealed class ModelVersionTests
{
    private readonly FakeEngine _old = new(0), _new = new(1, digest: 'e');

    [Fact]
    public async Task Every_stage_of_a_request_is_done_by_a_device_with_its_version()
    {
        await using var sut = await Sut.CreateSut(_old, _new);
        GenerationRequest For(FakeEngine engine, ulong seed) => GenerationRequest.Create(new() { Prompt = "a red circle", Seed = seed, Candidates = 24 }, engine.Model.Describe());

        var ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i => (await sut.Draw(For(i % 2 == 0 ? _old : _new, (ulong)i)))[^1].Status));

        Assert.All(ends, end => Assert.Equal((GenerationState.Completed, 0), (end.State, end.Retries)));
        Assert.Equal((4 * 24, 4 * 24), (_old.Sampled, _new.Sampled));
        Assert.All(_old.Begun, seed => Assert.True(seed % 2 == 0));
        Assert.Equal((4, 4), (_old.Encoded, _new.Encoded));
        Assert.Equal((4, 4), (_old.Decoded, _new.Decoded));
    }

    [Fact]
    public async Task A_suspect_is_drawn_by_its_version_as_well()
    {
        var hold = new TaskCompletionSource();
        (_old.Hold, _new.Hold) = (hold.Task, hold.Task);
        await using var sut = await Sut.CreateSut(_old, _new);
        var suspect = await sut.Submit(GenerationRequest.Create(new() { Prompt = "a red circle", Seed = 2, Candidates = 16 }, _new.Model.Describe()));
        await _new.Halfway;
        for (int i = 0; i < 2; i++) await suspect.LostAsync($"gpu-{i}/cuda:0", [0], Guid.NewGuid());
        hold.SetResult();

        Assert.Equal(GenerationState.Completed, (await Sut.Watch(suspect))[^1].Status.State);
        Assert.Equal(0, _old.Sampled);
    }

    [Fact]
    public async Task A_device_refuses_what_is_meant_for_another_version()
    {
        await using var sut = await Sut.CreateSut(_old);
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(
            () => sut.Grains.GetGrain<IClipEncoderGrain>("local/cpu:0").EncodeAsync(new("fake", "a red circle", false, _new.Model.Digest), Sut.Token));
        Assert.Contains("another version", error.Message);
    }

    [Fact]
    public async Task Callers_are_told_of_the_version_with_the_most_slots()
    {
        await using var sut = await Sut.CreateSut(_old, _new, new FakeEngine(2, digest: 'e'));
        Assert.Equal(_new.Model.Digest, (await sut.Request()).ModelDigest);
    }
}
