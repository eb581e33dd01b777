namespace ClipGen.Cluster.Storage;

/// <summary>
/// Whether a store that has answered is taken to answer still, so that not every generation asks. What begins in this time when the store goes
/// away holds its images until it is back, as far as there is room for them (<see cref="ImageStoreOptions.MaxUnstoredBytes"/>). Thread-safe.
/// </summary>
internal sealed class RecentAnswer(TimeProvider time)
{
    private const long Unknown = long.MinValue;

    private static readonly TimeSpan For = TimeSpan.FromSeconds(1);

    private long _at = Unknown;

    public bool Holds
    {
        get
        {
            long at = Volatile.Read(ref _at);
            return at != Unknown && time.GetElapsedTime(at) < For;
        }
    }

    /// <summary>The store has done what it was asked for.</summary>
    public void Came() => Volatile.Write(ref _at, time.GetTimestamp());

    /// <summary>It has not.</summary>
    public void Failed() => Volatile.Write(ref _at, Unknown);
}
