namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// Somebody asks for one picture while batch work fills every slot and the queue: how much later than in an idle cluster the request
/// gets a slot, in candidate times.
/// </summary>
internal sealed record ShortRequests(int Count, double Mean, double P95)
{
    private const int Backlogged = 0, Probes = 1, Idle = 10;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    public static async Task<ShortRequests> MeasureAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(settings, settings.Devices, new Dictionary<string, double>(), cancellationToken);
        double idle = await IdleAsync(cluster, cancellationToken);

        await using var backlog = new Backlog(cluster, Backlogged, "batch", GenerationPriority.Batch, settings.Candidates);
        await Measurement.WarmUpAsync(cluster, [backlog], cancellationToken);
        var random = new Random(1);
        var waits = new List<Task<double>>();
        int count = Math.Clamp((int)(settings.Seconds * 4), 4, 400);
        for (int i = 0; i < count; i++)
        {
            waits.Add(cluster.WaitForSlotAsync(SampleMeter.Seed(Probes, Idle * 2 + i), GenerationPriority.Interactive, cancellationToken));
            await Task.Delay(TimeSpan.FromSeconds(settings.Seconds / count * 2 * random.NextDouble()), cancellationToken);   // not in step with anything
        }
        double[] delays = [.. (await Task.WhenAll(waits)).Select(wait => Math.Max(0, wait - idle) / cluster.CandidateTime).Order()];
        backlog.Check();
        return new(count, delays.Average(), Percentile.Of(delays, 0.95)!.Value);
    }

    /// <summary>Seconds from submission to slot where nothing else is: the median of some, after some that are not counted.</summary>
    public static async Task<double> IdleAsync(BenchCluster cluster, CancellationToken cancellationToken)
    {
        var waits = new List<Task<double>>();
        for (int i = 0; i < 2 * Idle; i++)
        {
            waits.Add(cluster.WaitForSlotAsync(SampleMeter.Seed(Probes, i), GenerationPriority.Interactive, cancellationToken));
            await Task.Delay(Between, cancellationToken);
        }
        double[] last = [.. (await Task.WhenAll(waits))[Idle..].Order()];
        return last[Idle / 2];
    }
}
