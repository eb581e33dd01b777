using System.Diagnostics;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What went on in a cluster for a while.</summary>
/// <param name="Sampled">Sequences of each stream.</param>
/// <param name="CpuSeconds">Processor time of the whole process: gateway, generations, devices' silo, and what makes the load.</param>
internal sealed record Measurement(double Seconds, IReadOnlyList<long> Sampled, double CpuSeconds)
{
    /// <summary>
    /// Slots fill in the first candidate time; what was picked while more waited than could run comes out from the second on.
    /// </summary>
    private const double WarmUp = 2.25;

    public double Rate => Sampled.Sum() / Seconds;

    public double CpuMicrosecondsPerSequence => CpuSeconds * 1e6 / Math.Max(1, Sampled.Sum());

    /// <summary>Waits until a cluster's backlogs are in place.</summary>
    public static async Task WarmUpAsync(BenchCluster cluster, IReadOnlyList<Backlog> backlogs, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(WarmUp * cluster.CandidateTime), cancellationToken);
        foreach (var backlog in backlogs) backlog.Check();
    }

    /// <summary>Counts for about so long: whole candidate times, at least one, for in each of them a slot that is never empty ends one sequence.</summary>
    public static async Task<Measurement> OfAsync(BenchCluster cluster, IReadOnlyList<Backlog> backlogs, double seconds, CancellationToken cancellationToken)
    {
        double wanted = Math.Max(1, Math.Round(seconds / cluster.CandidateTime)) * cluster.CandidateTime;
        long[] before = [.. backlogs.Select((_, stream) => cluster.Meter.Of(stream))];
        var cpu = Environment.CpuUsage.TotalTime;
        long began = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(wanted), cancellationToken);
        double took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        long[] sampled = [.. before.Select((count, stream) => cluster.Meter.Of(stream) - count)];
        double used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        foreach (var backlog in backlogs) backlog.Check();
        return new(took, sampled, used);
    }
}
