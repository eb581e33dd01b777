using System.Diagnostics;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// Requests that come by chance (Poisson), whatever is done with them. A latency begins when the request should have been sent, so that
/// a sender who is late, or a machine that stands still, is not left out of it.
/// </summary>
/// <param name="Load">Share of the cluster's throughput at full slots.</param>
/// <param name="Seconds">In which they came.</param>
/// <param name="Latencies">Seconds, smallest first; of those that were accepted.</param>
/// <param name="Occupancy">Mean share of the slots that a step had something to do for.</param>
internal sealed record OpenLoad(double Load, double Offered, double Seconds, int Sent, int Refused, IReadOnlyList<double> Latencies, double Occupancy)
{
    public double? P50 => Percentile.Of(Latencies, 0.5);

    public double? P95 => Percentile.Of(Latencies, 0.95);

    public double? P99 => Percentile.Of(Latencies, 0.99);

    /// <summary>Requests a second that were drawn within so many seconds.</summary>
    public double Goodput(double slo) => Latencies.Count(latency => latency <= slo) / Seconds;

    /// <param name="rate">Requests a second.</param>
    /// <returns>When the last of its requests has ended.</returns>
    public static async Task<OpenLoad> MeasureAsync(ServedEngine engine, Func<GenerationRequest, CancellationToken, Task> draw, double load, double rate, ServeBenchSettings settings, CancellationToken cancellationToken)
    {
        // The same arrivals for whoever is measured at this load.
        var random = new Random(unchecked((int)(settings.Seed ^ (settings.Seed >> 32))));
        var work = new List<Task<double?>>();
        var before = engine.Steps.Now;
        long began = Stopwatch.GetTimestamp();
        for (double next = 0; next < settings.Seconds; next += -Math.Log(1 - random.NextDouble()) / rate)
        {
            var rest = TimeSpan.FromSeconds(next) - Stopwatch.GetElapsedTime(began);
            if (rest > TimeSpan.Zero) await Task.Delay(rest, cancellationToken);
            double intended = next;
            work.Add(Task.Run(() => SendAsync(intended), cancellationToken));
        }
        double?[] latencies = await Task.WhenAll(work);
        var counted = engine.Steps.Now - before;
        return new(load, rate, settings.Seconds, latencies.Length, latencies.Count(l => l is null), [.. latencies.OfType<double>().Order()], counted.Occupancy(engine.Device.Slots));

        async Task<double?> SendAsync(double intended)
        {
            try
            {
                await draw(engine.Next(), cancellationToken);
                return Stopwatch.GetElapsedTime(began).TotalSeconds - intended;
            }
            catch (RefusedException)
            {
                return null;
            }
        }
    }
}
