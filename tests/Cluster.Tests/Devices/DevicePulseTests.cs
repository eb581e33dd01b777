using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo.Devices;

namespace ClipGen.Cluster.Tests.Devices;

public sealed class DevicePulseTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly TaskCompletionSource<int> _first = new(), _second = new();
    private readonly DevicePulse _sut;

    public DevicePulseTests() => _sut = new(_clock);

    [Fact]
    public async Task A_device_is_silent_while_it_has_work_and_does_none_of_it()
    {
        _clock.Advance(Second);
        Assert.Equal(TimeSpan.Zero, _sut.Silence);

        var first = _sut.RunAsync(_ => _first.Task, CancellationToken.None);
        _clock.Advance(2 * Second);
        Assert.Equal(2 * Second, _sut.Silence);

        _sut.Beat();
        _clock.Advance(Second);
        var second = _sut.RunAsync(_ => _second.Task, CancellationToken.None);
        Assert.Equal(Second, _sut.Silence);   // more work is no sign of life

        _first.SetResult(1);
        Assert.Equal((1, TimeSpan.Zero), (await first, _sut.Silence));
        _clock.Advance(3 * Second);
        Assert.Equal(3 * Second, _sut.Silence);
        _second.SetResult(2);
        Assert.Equal((2, TimeSpan.Zero), (await second, _sut.Silence));
    }

    [Fact]
    public async Task Whoever_waits_is_sent_away_and_whoever_comes_later_waits_anew()
    {
        CancellationToken given = default;
        var first = _sut.RunAsync(token => { given = token; return _first.Task; }, CancellationToken.None);

        _sut.Abandon();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.True(given.IsCancellationRequested);
        Assert.Equal(TimeSpan.Zero, _sut.Silence);

        var second = _sut.RunAsync(_ => _second.Task, CancellationToken.None);
        _second.SetResult(2);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task What_the_caller_cancels_is_waited_for_until_the_device_lets_go_of_it()
    {
        using var caller = new CancellationTokenSource();
        CancellationToken given = default;
        var first = _sut.RunAsync(token => { given = token; return _first.Task; }, caller.Token);

        await caller.CancelAsync();
        Assert.True(given.IsCancellationRequested);
        Assert.False(first.IsCompleted);
        _first.SetCanceled(given);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task A_failure_reaches_the_caller_and_is_no_sign_of_life()
    {
        var first = _sut.RunAsync(_ => _first.Task, CancellationToken.None);
        _ = _sut.RunAsync(_ => _second.Task, CancellationToken.None);
        _clock.Advance(Second);
        _first.SetException(new InvalidOperationException("Fell off the bus."));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        Assert.Equal(Second, _sut.Silence);
    }
}
