using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>A stage may take far longer than a grain call usually may. Real time passes here, for Orleans' timeouts know no other.</summary>
public sealed class SlowDeviceTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1), Long = TimeSpan.FromSeconds(2.5);

    [Fact]
    public async Task A_sampler_that_is_silent_beyond_the_timeout_is_waited_for() =>
        Assert.Equal(GenerationState.Completed, await Draw(new() { Hold = Task.Delay(Long, Sut.Token) }));

    [Fact]
    public async Task An_encoder_that_is_slower_than_the_timeout_is_waited_for() =>
        Assert.Equal(GenerationState.Completed, await Draw(new() { HoldOthers = Task.Delay(Long, Sut.Token) }));

    [Fact]
    public async Task A_decoder_that_is_slower_than_the_timeout_is_waited_for()
    {
        var sampled = new TaskCompletionSource();
        FakeEngine engine = new(0) { Hold = sampled.Task };
        await using var sut = await Sut.CreateSut(s => s.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = Timeout), [engine]);
        var generation = sut.Draw(await sut.Request());
        await engine.Halfway;
        engine.HoldOthers = Task.Delay(Long, Sut.Token);
        sampled.SetResult();
        Assert.Equal(GenerationState.Completed, (await generation)[^1].Status.State);
    }

    private static async Task<GenerationState> Draw(FakeEngine engine)
    {
        await using var sut = await Sut.CreateSut(s => s.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = Timeout), [engine]);
        return (await sut.Draw(await sut.Request()))[^1].Status.State;
    }
}
