namespace ClipGen.Cluster.Scheduling;

/// <summary>
/// When waiting work will be done, from the state of all slots at one moment. Arithmetic, because every candidate takes the same number of
/// steps: a slot that is free in r seconds is free again in r + T, r + 2T and so on, and each time the next waiting candidate takes it.
/// </summary>
internal sealed class CompletionEstimate
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1), LongestRetry = TimeSpan.FromMinutes(10), Unknown = TimeSpan.FromSeconds(30);

    private readonly double[] _free;   // seconds until each slot is free, soonest first; none above _candidateSeconds
    private readonly double _candidateSeconds;

    /// <param name="slots">Slots of all devices, free ones included. Where more candidates run than that, there are as many slots as run.</param>
    /// <param name="running">For each candidate that runs, the share of it that is done, 0 to 1.</param>
    /// <param name="candidateSeconds">Seconds a candidate takes in a slot, above 0.</param>
    public CompletionEstimate(int slots, IReadOnlyCollection<double> running, double candidateSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slots);
        if (!(candidateSeconds > 0 && double.IsFinite(candidateSeconds))) throw new ArgumentOutOfRangeException(nameof(candidateSeconds), candidateSeconds, "Must be above 0.");
        _candidateSeconds = candidateSeconds;
        _free = [.. Enumerable.Repeat(0.0, Math.Max(0, slots - running.Count)), .. running.Select(Remaining).Order()];
    }

    /// <summary>Time until a waiting candidate with so many before it gets a slot; null when there are no slots.</summary>
    public TimeSpan? Start(int ahead)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ahead);
        if (_free.Length == 0) return null;
        return TimeSpan.FromSeconds(_free[ahead % _free.Length] + (ahead / _free.Length * _candidateSeconds));
    }

    /// <summary>
    /// Time until a waiting candidate with so many before it is sampled; null when there are no slots. For a generation ask with
    /// <see cref="FairQueue.Ahead"/>: none of its candidates that already run ends later than its last one that waits.
    /// </summary>
    public TimeSpan? Completion(int ahead) => Start(ahead) + TimeSpan.FromSeconds(_candidateSeconds);

    /// <summary>Time so many candidates take when nothing runs or waits: no wish can be met sooner. Null when there are no slots.</summary>
    public TimeSpan? Alone(int candidates) =>
        _free.Length == 0 ? null : TimeSpan.FromSeconds(Math.Ceiling(candidates / (double)_free.Length) * _candidateSeconds);

    /// <summary>Whether a candidate with so many before it is sampled in time. Without slots nothing is.</summary>
    public bool CanHold(TimeSpan deadline, int ahead) => Completion(ahead) <= deadline;

    /// <summary>
    /// When it is worth trying again to enter a full queue: once so many candidates, 1 or more, have left it. From one second to ten minutes;
    /// half a minute when there are no slots.
    /// </summary>
    public TimeSpan RetryAfter(int leaving)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leaving, 1);
        return Start(leaving - 1) is { } wait ? AsRetry(wait) : Unknown;
    }

    /// <summary>A wait as it is told to those who are to try again.</summary>
    public static TimeSpan AsRetry(TimeSpan wait) => wait < ShortestRetry ? ShortestRetry : wait > LongestRetry ? LongestRetry : wait;

    private double Remaining(double done) => (1 - Math.Clamp(done, 0, 1)) * _candidateSeconds;
}
