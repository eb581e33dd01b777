namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// What something costs at full slots: an engine's throughput without it and with it. Blocks of the one and of the other follow each other, and
/// each pair begins with what the last one ended with: a machine that gets slower or faster meanwhile favours neither.
/// </summary>
/// <param name="Interrupted">More pairs were to be measured.</param>
internal sealed record Comparison(IReadOnlyList<(FullSlots Without, FullSlots With)> Pairs, bool Interrupted = false)
{
    /// <summary>Student's t: with 1, 2, … pairs more than one, the mean is less than so many standard errors too high (or too low) in 95 of 100 cases.</summary>
    private static readonly double[] StandardErrors = [6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89, 1.86, 1.83, 1.81];

    public IReadOnlyList<double> Ratios { get; } = [.. Pairs.Select(pair => pair.With.Rate / pair.Without.Rate)];

    /// <summary>Mean over the pairs of the throughput with it over that without.</summary>
    public double Ratio => Ratios.Average();

    /// <summary>Standard error of <see cref="Ratio"/>; null with a single pair.</summary>
    public double? StandardError => Pairs.Count < 2 ? null : Math.Sqrt(Ratios.Sum(ratio => Math.Pow(ratio - Ratio, 2)) / (Pairs.Count - 1) / Pairs.Count);

    /// <summary>What <see cref="Ratio"/> is off by at most, to one side, in 95 of 100 cases; null with a single pair.</summary>
    public double? Margin => StandardError * StandardErrors[Math.Clamp(Pairs.Count - 2, 0, StandardErrors.Length - 1)];

    public double WithoutRate => Pairs.Average(pair => pair.Without.Rate);

    public double WithRate => Pairs.Average(pair => pair.With.Rate);

    public double WithoutOccupancy => Pairs.Average(pair => pair.Without.Occupancy);

    public double WithOccupancy => Pairs.Average(pair => pair.With.Occupancy);

    public double WithoutProcessorTime => Pairs.Average(pair => pair.Without.ProcessorTime);

    public double WithProcessorTime => Pairs.Average(pair => pair.With.ProcessorTime);

    /// <summary>What the pairs say of a promise: nothing, while it lies within the <see cref="Margin"/>, or when they are fewer than wished.</summary>
    public Verdict Against(double promised) => Margin switch
    {
        _ when Interrupted => Verdict.NotDecided,
        { } margin when Ratio - margin >= promised => Verdict.Holds,
        { } margin when Ratio + margin < promised => Verdict.Broken,
        _ => Verdict.NotDecided,
    };

    /// <summary>Measures the one and the other in turn.</summary>
    /// <param name="pairs">Pairs to measure in any case.</param>
    /// <param name="mostPairs">What more are added up to, while their error is too large for a verdict.</param>
    /// <param name="promised">The least that <see cref="Ratio"/> is to be.</param>
    /// <param name="tell">Told each pair's number, from 1, before it is measured.</param>
    /// <param name="cancellationToken">Cancels <paramref name="without"/> and <paramref name="with"/>; the whole pairs until then count.</param>
    /// <exception cref="OperationCanceledException">Cancelled before there was a whole pair.</exception>
    public static async Task<Comparison> MeasureAsync(
        Func<Task<FullSlots>> without, Func<Task<FullSlots>> with, int pairs, int mostPairs, double promised, Action<int> tell, CancellationToken cancellationToken)
    {
        var measured = new List<(FullSlots, FullSlots)>();
        try
        {
            while (measured.Count < pairs || measured.Count < mostPairs && new Comparison(measured).Against(promised) == Verdict.NotDecided)
            {
                tell(measured.Count + 1);
                if (measured.Count % 2 == 0)
                {
                    var first = await without();
                    measured.Add((first, await with()));
                }
                else
                {
                    var first = await with();
                    measured.Add((await without(), first));
                }
            }
        }
        catch (OperationCanceledException) when (measured.Count > 0 && cancellationToken.IsCancellationRequested)
        {
            return new(measured, Interrupted: true);   // an hour of measuring is not lost to the one who has seen enough
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
