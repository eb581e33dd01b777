using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What previews cost: the same cluster on the same engine, with three previews of every request and with none.</summary>
internal static class PreviewsBench
{
    private const double Promised = 0.95;

    public static async Task<int> RunAsync(ServeBenchSettings settings, CancellationToken cancellationToken)
    {
        settings.Check();
        using var line = new StatusLine();
        line.Show("loading the model and starting the cluster …");
        await using var engine = await ServedEngine.StartAsync(settings, cancellationToken);
        long asked = 0, shown = 0;

        Task<FullSlots> PlainAsync(double seconds) => FullSlots.MeasureAsync(engine, engine.DrawThroughClusterAsync, seconds, cancellationToken);
        Task<FullSlots> PreviewedAsync(double seconds) => FullSlots.MeasureAsync(engine, DrawAsync, seconds, cancellationToken);
        async Task DrawAsync(GenerationRequest request, CancellationToken stop)
        {
            Interlocked.Add(ref asked, Submission.MaxPreviews);
            Interlocked.Add(ref shown, await engine.DrawThroughClusterAsync(request, Submission.MaxPreviews, stop));
        }

        line.Show("warming up …");
        await PlainAsync(0);
        await PreviewedAsync(0);
        var compared = await Comparison.MeasureAsync(
            () => PlainAsync(settings.Seconds), () => PreviewedAsync(settings.Seconds), settings.Pairs, settings.MostPairs, Promised, pair => line.Show(settings.Describe(pair)));
        line.Dispose();
        return new CostReport(settings, engine.Model, engine.Device, engine.Candidates, new(compared, "plain", "previewed", Promised), [("previews_asked", asked), ("previews_shown", shown)]).Print();
    }
}
