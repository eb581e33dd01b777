using System.Diagnostics;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Benchmarks;

/// <summary>Measures what a cluster makes of an engine, beside the engine called without one.</summary>
internal static class ServeBench
{
    /// <summary>Lone requests; the median of their times counts.</summary>
    private const int Lone = 3;

    private const double SloInLoneRequests = 3;

    public static async Task<int> RunAsync(ServeBenchSettings settings, CancellationToken cancellationToken)
    {
        settings.Check();
        using var line = new StatusLine();
        line.Show("loading the model and starting the cluster …");
        await using var engine = await ServedEngine.StartAsync(settings, cancellationToken);

        Task<FullSlots> AloneAsync(double seconds) => FullSlots.MeasureAsync(engine, engine.DrawAloneAsync, seconds, cancellationToken);
        Task<FullSlots> ClusterAsync(double seconds) => FullSlots.MeasureAsync(engine, engine.DrawThroughClusterAsync, seconds, cancellationToken);

        line.Show("warming up …");
        var warmUp = WarmUp.For(settings);
        await warmUp.DrawSmallOnesAsync(engine, engine.DrawAloneAsync, cancellationToken);
        await warmUp.DrawSmallOnesAsync(engine, engine.DrawThroughClusterAsync, cancellationToken);
        await warmUp.RunAsync(AloneAsync, ClusterAsync);
        line.Show("requests that come alone …");
        double lone = await LoneAsync(engine, cancellationToken);
        var full = await Comparison.MeasureAsync(
            () => AloneAsync(settings.Seconds), () => ClusterAsync(settings.Seconds), settings.Pairs, settings.MostPairs, ServeReport.LeastVersusEngine, pair => line.Show(settings.Describe(pair)), cancellationToken);
        var loads = new List<(OpenLoad Alone, OpenLoad Cluster)>();
        try
        {
            foreach (double load in settings.LoadShares)
            {
                line.Show($"random arrivals, {load:P0} load …");
                double rate = load * full.WithRate;
                var alone = await OpenLoad.MeasureAsync(engine, engine.DrawAloneAsync, load, rate, settings, cancellationToken);
                loads.Add((alone, await OpenLoad.MeasureAsync(engine, engine.DrawThroughClusterAsync, load, rate, settings, cancellationToken)));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was measured until then is told, as with the pairs.
        }
        line.Dispose();
        var report = new ServeReport(settings, engine.Model, engine.Device, engine.Candidates, engine.FullConcurrency, lone, settings.Slo ?? SloInLoneRequests * lone, full, loads);
        Console.Out.Write(settings.Json ? report.ToJson() : report.ToText());
        cancellationToken.ThrowIfCancellationRequested();
        return report.Verdict == Verdict.Holds ? 0 : CommandRunner.Failed;
    }

    /// <summary>Seconds that a request takes through the cluster while there is no other.</summary>
    private static async Task<double> LoneAsync(ServedEngine engine, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        while (times.Count < Lone)
        {
            long began = Stopwatch.GetTimestamp();
            await engine.DrawThroughClusterAsync(engine.Next(), cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        times.Sort();
        return times[Lone / 2];
    }
}
