using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What something costs that a cluster may do without: the same cluster on the same engine, measured without it and with it.</summary>
/// <param name="Without">A word for going without, for example "unseen".</param>
/// <param name="With">A word for having it.</param>
/// <param name="Promised">The least share of the throughput that is to be left.</param>
internal sealed record CostBench(string Without, string With, double Promised)
{
    /// <param name="drawWithout">Draws a request without it.</param>
    /// <param name="with">Measures so many seconds with it.</param>
    /// <param name="notes">Asked at the end for numbers that show that it was really there.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        ServeBenchSettings settings, ServedEngine engine, StatusLine line, Func<GenerationRequest, CancellationToken, Task> drawWithout, Func<double, Task<FullSlots>> with, Func<IReadOnlyList<(string Name, long Number)>> notes, CancellationToken cancellationToken)
    {
        Task<FullSlots> WithoutAsync(double seconds) => FullSlots.MeasureAsync(engine, drawWithout, seconds, cancellationToken);

        line.Show("warming up …");
        var warmUp = WarmUp.For(settings);
        await warmUp.DrawSmallOnesAsync(engine, drawWithout, cancellationToken);
        await warmUp.RunAsync(WithoutAsync, with);
        var compared = await Comparison.MeasureAsync(
            () => WithoutAsync(settings.Seconds), () => with(settings.Seconds), settings.Pairs, settings.MostPairs, Promised, pair => line.Show(settings.Describe(pair)), cancellationToken);
        line.Dispose();
        int exitCode = new CostReport(settings, engine.Model, engine.Device, engine.Candidates, new(compared, Without, With, Promised), notes()).Print();
        cancellationToken.ThrowIfCancellationRequested();
        return exitCode;
    }
}
