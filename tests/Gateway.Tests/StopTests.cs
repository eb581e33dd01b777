using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

/// <summary>A server that is told to stop while somebody waits for an answer.</summary>
public sealed class StopTests
{
    private readonly TaskCompletionSource _hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(2)]
    [InlineData(12)]   // more than the device has slots: some have not begun
    public async Task Who_waits_is_answered_and_who_comes_now_is_sent_elsewhere(int candidates)
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await Sut.CreateSut(engine);
        var waiting = sut.Images($$"""{"prompt":"x","candidates":{{candidates}}}""");
        await engine.Halfway.WaitAsync(Sut.Token);

        var stopping = sut.StopAsync();
        (await sut.Images("""{"prompt":"y"}""")).IsError(503, "server_error", "draining", null);
        Assert.False(stopping.IsCompleted);
        _hold.SetResult();

        Assert.Equal(200, (await waiting).Status);
        await stopping;
    }

    [Fact]
    public async Task Nobody_is_waited_for_longer_than_half_of_the_grace()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await Sut.CreateSut(new() { ["ClipGen:Cluster:ShutdownGrace"] = "00:00:04" }, [engine]);
        var waiting = sut.Images("""{"prompt":"x","candidates":2}""");
        await engine.Halfway.WaitAsync(Sut.Token);

        long began = TimeProvider.System.GetTimestamp();
        await sut.StopAsync();

        // What the silo needs to hand over comes out of the grace as well; the machine may be slow.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 2, 4 + 4);
        await Record.ExceptionAsync(() => waiting);
    }
}
