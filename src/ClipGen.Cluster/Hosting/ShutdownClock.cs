namespace ClipGen.Cluster.Hosting;

/// <summary>How much of its grace a process that stops has spent before its silo was told.</summary>
public sealed class ShutdownClock(TimeProvider time)
{
    private long? _began;

    /// <summary>The process has been told to stop.</summary>
    public void Begin() => _began ??= time.GetTimestamp();

    /// <summary>Zero where nothing came before the silo.</summary>
    public TimeSpan Elapsed => _began is { } began ? time.GetElapsedTime(began) : TimeSpan.Zero;
}
