namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// The engine alone against the same engine behind the cluster, at full slots. Blocks of the one and of the other follow each other, and
/// each pair begins with what the last one ended with: a machine that gets slower or faster meanwhile favours neither.
/// </summary>
internal sealed record Comparison(IReadOnlyList<(FullSlots Alone, FullSlots Cluster)> Pairs)
{
    /// <summary>Student's t: with 1, 2, … pairs more than one, the mean is less than so many standard errors too high (or too low) in 95 of 100 cases.</summary>
    private static readonly double[] StandardErrors = [6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89, 1.86, 1.83, 1.81];

    private double[] Ratios => [.. Pairs.Select(pair => pair.Cluster.Rate / pair.Alone.Rate)];

    /// <summary>Mean over the pairs of the cluster's throughput over the engine's.</summary>
    public double Ratio => Ratios.Average();

    /// <summary>Standard error of <see cref="Ratio"/>; null with a single pair.</summary>
    public double? StandardError => Pairs.Count < 2 ? null : Math.Sqrt(Ratios.Sum(ratio => Math.Pow(ratio - Ratio, 2)) / (Pairs.Count - 1) / Pairs.Count);

    /// <summary>What <see cref="Ratio"/> is off by at most, to one side, in 95 of 100 cases; null with a single pair.</summary>
    public double? Margin => StandardError * StandardErrors[Math.Clamp(Pairs.Count - 2, 0, StandardErrors.Length - 1)];

    public double Least => Ratios.Min();

    public double Most => Ratios.Max();

    public double AloneRate => Pairs.Average(pair => pair.Alone.Rate);

    public double ClusterRate => Pairs.Average(pair => pair.Cluster.Rate);

    public double AloneOccupancy => Pairs.Average(pair => pair.Alone.Occupancy);

    public double ClusterOccupancy => Pairs.Average(pair => pair.Cluster.Occupancy);

    /// <summary>What the pairs say of a promise: nothing, while it lies within the <see cref="Margin"/>.</summary>
    public Verdict Against(double promised) => Margin switch
    {
        { } margin when Ratio - margin >= promised => Verdict.Holds,
        { } margin when Ratio + margin < promised => Verdict.Broken,
        _ => Verdict.NotDecided,
    };

    /// <param name="pairs">Pairs to measure in any case.</param>
    /// <param name="enough">Asked from then on; more are added until it says so.</param>
    public static async Task<Comparison> MeasureAsync(
        ServedEngine engine, ServeBenchSettings settings, double seconds, int pairs, Func<Comparison, bool> enough, Action<int> tell, CancellationToken cancellationToken)
    {
        int concurrency = settings.Concurrency(engine.Candidates);
        Task<FullSlots> AloneAsync() => FullSlots.MeasureAsync(engine, engine.DrawAloneAsync, concurrency, seconds, cancellationToken);
        Task<FullSlots> ClusterAsync() => FullSlots.MeasureAsync(engine, engine.DrawThroughClusterAsync, concurrency, seconds, cancellationToken);

        return await AlternateAsync(AloneAsync, ClusterAsync, pairs, enough, tell);
    }

    /// <summary>Measures the one and the other in turn.</summary>
    /// <param name="baseline">What goes for <c>Alone</c>.</param>
    /// <param name="compared">What goes for <c>Cluster</c>.</param>
    public static async Task<Comparison> AlternateAsync(Func<Task<FullSlots>> baseline, Func<Task<FullSlots>> compared, int pairs, Func<Comparison, bool> enough, Action<int> tell)
    {
        var measured = new List<(FullSlots, FullSlots)>();
        while (measured.Count < pairs || !enough(new(measured)))
        {
            tell(measured.Count + 1);
            if (measured.Count % 2 == 0)
            {
                var alone = await baseline();
                measured.Add((alone, await compared()));
            }
            else
            {
                var cluster = await compared();
                measured.Add((await baseline(), cluster));
            }
        }
        return new(measured);
    }
}

/// <summary>What measurements say of a promise.</summary>
internal enum Verdict
{
    Holds,
    Broken,

    /// <summary>Their error is too large to say so.</summary>
    NotDecided,
}
