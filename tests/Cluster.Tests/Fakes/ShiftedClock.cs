namespace ClipGen.Cluster.Tests.Fakes;

/// <summary>The real time, with a date that can be moved on. Disposing it moves it back: a silo whose date is days ahead does not stop.</summary>
internal sealed class ShiftedClock : TimeProvider, IDisposable
{
    private long _by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _by));

    public void Dispose() => Interlocked.Exchange(ref _by, 0);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _by, by.Ticks);
}
