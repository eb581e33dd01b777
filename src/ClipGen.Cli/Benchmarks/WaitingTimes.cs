using System.Diagnostics;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// Requests of one candidate come by chance (Poisson, whatever is done with them) and load the slots to 70 %: how long they wait for a
/// slot, and how long they would by queueing theory. Measured on a few slots and short candidates: in a large cluster nobody would wait
/// at all, and with long candidates too few requests would come. Devices have one slot, so that nobody waits for a step that others begin.
/// </summary>
/// <param name="Mean">Seconds, the time an idle cluster takes not included.</param>
/// <param name="Theory">Seconds, for an M/D/c queue with these very arrivals.</param>
internal sealed record WaitingTimes(int Slots, int Requests, double Mean, double Theory)
{
    private const double Load = 0.7;
    private const int Probes = 1, AfterIdle = 1000;

    /// <summary>Null where nobody would have waited.</summary>
    public double? VersusTheory => Theory > 0 ? Mean / Theory : null;

    public static async Task<WaitingTimes> MeasureAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        var small = settings with { SlotsPerDevice = 1, Codes = Math.Max(1, settings.Codes / 4) };
        await using var cluster = await BenchCluster.StartAsync(small, 2, new Dictionary<string, double>(), cancellationToken);
        double idle = await IdleAsync(cluster, cancellationToken);

        var random = new Random(1);
        var arrivals = new List<double>();
        var waits = new List<Task<double>>();
        long began = Stopwatch.GetTimestamp();
        for (double next = 0; next < settings.Seconds; next += -Math.Log(1 - random.NextDouble()) / (Load * cluster.IdealRate))
        {
            var rest = TimeSpan.FromSeconds(next) - Stopwatch.GetElapsedTime(began);
            if (rest > TimeSpan.Zero) await Task.Delay(rest, cancellationToken);
            arrivals.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            waits.Add(cluster.WaitForSlotAsync(SampleMeter.Seed(Probes, AfterIdle + waits.Count), GenerationPriority.Interactive, cancellationToken));
        }
        double mean = (await Task.WhenAll(waits)).Average(wait => wait - idle);
        return new(cluster.Slots, arrivals.Count, mean, Queue(arrivals, cluster.Slots, cluster.CandidateTime).Average());
    }

    /// <summary>Seconds that each arrival waits in a queue with so many servers, first come first served.</summary>
    internal static IEnumerable<double> Queue(IEnumerable<double> arrivals, int servers, double serviceTime)
    {
        var free = new PriorityQueue<int, double>(Enumerable.Range(0, servers).Select(server => (server, 0.0)));
        foreach (double arrival in arrivals)
        {
            free.TryDequeue(out int server, out double at);
            double start = Math.Max(arrival, at);
            free.Enqueue(server, start + serviceTime);
            yield return start - arrival;
        }
    }

    // As many together as there are slots, a few times.
    private static async Task<double> IdleAsync(BenchCluster cluster, CancellationToken cancellationToken)
    {
        var waits = new List<double>();
        for (int i = 0; i < 3; i++)
        {
            var together = Enumerable.Range(0, cluster.Slots).Select(slot => cluster.WaitForSlotAsync(SampleMeter.Seed(Probes, i * cluster.Slots + slot), GenerationPriority.Interactive, cancellationToken));
            waits.AddRange(await Task.WhenAll(together));
        }
        double[] last = [.. waits[cluster.Slots..].Order()];
        return last[last.Length / 2];
    }
}
