namespace ClipGen.Cli.Benchmarks;

/// <summary>Percentiles of what was measured.</summary>
internal static class Percentile
{
    /// <summary>The smallest value that is not exceeded by at least this share of all (nearest rank); null where there are none.</summary>
    /// <param name="ordered">Smallest first.</param>
    /// <param name="share">Above 0, at most 1.</param>
    public static double? Of(IReadOnlyList<double> ordered, double share) => ordered.Count == 0 ? null : ordered[(int)Math.Ceiling(share * ordered.Count) - 1];
}
