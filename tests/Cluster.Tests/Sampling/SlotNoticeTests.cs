using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Sampling;

/// <summary>A slot is not without work while its next sequence comes from the gateway: that sets out before the last one has ended.</summary>
public sealed class SlotNoticeTests
{
    private const int Codes = 64, Slots = 4;

    /// <summary>The first request shows how long a sequence takes. Of the second one's candidates as many as there are slots stop shortly before their end.</summary>
    [Fact]
    public async Task The_next_sequence_is_there_before_the_last_one_has_ended()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = new FakeEngine { AfterStep = (job, step) => job.Seed == 2 && job.Candidate < Slots && step == Codes - 1 ? hold.Task : Task.CompletedTask };
        await using var sut = await Sut.CreateSut(engine);
        await sut.Draw(await sut.Request(seed: 1, candidates: Slots, keep: 1));
        int before = engine.Sampled;

        var second = await sut.Submit(await sut.Request(seed: 2, candidates: Slots + 2, keep: 1));
        await sut.Until(_ => engine.Sampled == before + 2);   // the two for which there was no slot, while none of the four has left theirs

        hold.SetResult();
        Assert.Equal(GenerationState.Completed, (await Sut.Watch(second))[^1].Status.State);
        await sut.Until(status => status.Devices.Single().Free == Slots);
    }
}
