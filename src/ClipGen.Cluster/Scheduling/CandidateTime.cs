namespace ClipGen.Cluster.Scheduling;

/// <summary>
/// Seconds a candidate takes in a slot: a guess before the first measurement, then the mean of the first ten, then a running mean in which
/// each new measurement has a weight of a tenth.
/// </summary>
internal sealed class CandidateTime(double prior)
{
    private const int MeanOf = 10;

    private int _measured;

    /// <summary>Seconds, above 0.</summary>
    public double Seconds { get; private set; } =
        IsTime(prior) ? prior : throw new ArgumentOutOfRangeException(nameof(prior), prior, "Must be above 0.");

    public void Record(double seconds)
    {
        if (!IsTime(seconds)) throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "Must be above 0.");
        if (_measured < MeanOf) _measured++;
        Seconds += (seconds - Seconds) / _measured;   // the first one replaces the guess
    }

    private static bool IsTime(double seconds) => seconds > 0 && double.IsFinite(seconds);
}
