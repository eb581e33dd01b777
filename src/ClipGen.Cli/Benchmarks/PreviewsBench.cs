using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What previews cost: the same cluster on the same engine, with three previews of every request and with none.</summary>
internal static class PreviewsBench
{
    private static readonly CostBench Bench = new("plain", "previewed", Promised: 0.95);

    public static async Task<int> RunAsync(ServeBenchSettings settings, CancellationToken cancellationToken)
    {
        settings.Check();
        using var line = new StatusLine();
        line.Show("loading the model and starting the cluster …");
        await using var engine = await ServedEngine.StartAsync(settings, cancellationToken);
        long asked = 0, shown = 0;

        Task<FullSlots> PreviewedAsync(double seconds) => FullSlots.MeasureAsync(engine, DrawAsync, seconds, cancellationToken);
        async Task DrawAsync(GenerationRequest request, CancellationToken stop)
        {
            Interlocked.Add(ref asked, Submission.MaxPreviews);
            Interlocked.Add(ref shown, await engine.FollowThroughClusterAsync(request, Submission.MaxPreviews, stop));
        }
        // Followed as well: it is the previews that are measured.
        Task PlainAsync(GenerationRequest request, CancellationToken stop) => engine.FollowThroughClusterAsync(request, previews: 0, stop);

        return await Bench.RunAsync(settings, engine, line, PlainAsync, PreviewedAsync, () => [("previews_asked", asked), ("previews_shown", shown)], cancellationToken);
    }
}
