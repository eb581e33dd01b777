namespace ClipGen.Cluster.Tests.Fakes;

/// <summary>The real time, with a date that can be moved on.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _by));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _by, by.Ticks);
}
