namespace ClipGen.Cluster.Tests.Fakes;

/// <summary>Time in which nobody has to wait: whatever is waited for comes at once, and that much time has passed.</summary>
internal sealed class SkippingClock : TimeProvider
{
    private long _now;

    public TimeSpan Elapsed => new(Interlocked.Read(ref _now));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Add(ref _now, dueTime.Ticks);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
