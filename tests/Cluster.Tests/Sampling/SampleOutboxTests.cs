using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo.Sampling;

namespace ClipGen.Cluster.Tests.Sampling;

public sealed class SampleOutboxTests
{
    [Fact]
    public async Task Progress_that_stayed_behind_when_another_sequence_ended_is_told_without_a_further_end()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(new FakeEngine { Hold = hold.Task });
        var generation = await HalfDrawn(sut);
        await using var outbox = CreateOutbox(sut);

        outbox.Step(generation.GetPrimaryKeyString(), 0, 40);
        await Until(generation, codes: 73);
        outbox.Step(generation.GetPrimaryKeyString(), 0, 50);
        outbox.Ended("another", 0, null);

        await Until(generation, codes: 83);
        hold.SetResult();
    }

    [Fact]
    public async Task Codes_that_wait_for_others_of_their_generation_are_told_even_if_these_never_end()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(new FakeEngine { Hold = hold.Task });
        var generation = await HalfDrawn(sut);
        await using var outbox = CreateOutbox(sut);

        outbox.Ended(generation.GetPrimaryKeyString(), 0, new(0, 64, new byte[64 * sizeof(int)], 0), announced: true, more: true);

        await Until(generation, codes: 97);
        hold.SetResult();
    }

    private static SampleOutbox CreateOutbox(Sut sut) => new("local/cpu:1", "cpu", "fake", sut.Grains, TimeProvider.System, () => 1);

    /// <summary>Two candidates, each of which has 33 of its 64 codes until the engine goes on.</summary>
    private static async Task<IGenerationGrain> HalfDrawn(Sut sut)
    {
        var generation = await sut.Submit(await sut.Request(candidates: 2, keep: 1));
        await Until(generation, codes: 66);
        return generation;
    }

    private static async Task Until(IGenerationGrain generation, int codes)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Sut.Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        await foreach (var e in generation.WatchAsync(0, limit.Token))
        {
            if (e.Status.CodesDrawn >= codes) return;
        }
    }
}
