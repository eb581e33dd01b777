namespace ClipGen.Cluster.Scheduling;

/// <summary>
/// How wrong predicted completion times were: |predicted − actual| as a share of the actual time. Actual times below a second count as
/// a second, since nobody minds half a second in a blink.
/// </summary>
internal sealed class EtaError(int window = 512)
{
    private readonly double[] _last = new double[window];
    private double _sum;

    /// <summary>Predictions recorded.</summary>
    public long Count { get; private set; }

    /// <summary>Over all of them; null before the first.</summary>
    public double? Mean => Count == 0 ? null : _sum / Count;

    /// <summary>Half of the last ones were no more wrong than this; null before the first.</summary>
    public double? P50 => Quantile(0.50);

    /// <summary>95 of 100 of the last ones were no more wrong than this; null before the first.</summary>
    public double? P95 => Quantile(0.95);

    /// <returns>How wrong this one was.</returns>
    public double Record(TimeSpan predicted, TimeSpan actual)
    {
        double error = Math.Abs((predicted - actual).TotalSeconds) / Math.Max(actual.TotalSeconds, 1);
        _last[Count % _last.Length] = error;
        _sum += error;
        Count++;
        return error;
    }

    private double? Quantile(double share)
    {
        if (Count == 0) return null;
        double[] sorted = _last[..(int)Math.Min(Count, _last.Length)];
        Array.Sort(sorted);
        return sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
