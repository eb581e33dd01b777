using System.Diagnostics;
using System.Globalization;

namespace ClipGen.EndToEnd.Tests;

/// <summary>What a gateway's process holds: its memory, and by its metrics the images that are drawn and not stored.</summary>
internal sealed class GatewayWatch(ClusterOfProcesses.Silo gateway) : IDisposable
{
    private readonly HttpClient client = new() { BaseAddress = gateway.Address };
    private readonly Lock gate = new();
    private bool away;

    /// <summary>The largest working set seen, in bytes.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>The most images seen that were decoded and not stored, since the store went away.</summary>
    public int MostHeld { get; private set; }

    /// <summary>The store is away from here on: what is counted as stored does not change while the metrics are read.</summary>
    public void Away() => away = true;

    /// <returns>Generations whose images are decoded and not stored.</returns>
    public async Task<int> ReadAsync()
    {
        string metrics = await MetricsAsync();
        int held = (int)(Sum(metrics, "clipgen_stage_duration_seconds_count", "clipgen_stage=\"decode\"") - Sum(metrics, "clipgen_stage_duration_seconds_count", "clipgen_stage=\"store\""));
        lock (gate)
        {
            using var process = Process.GetProcessById(gateway.Process.Id);
            PeakBytes = Math.Max(PeakBytes, process.WorkingSet64);
            if (away) MostHeld = Math.Max(MostHeld, held);
        }
        return held;
    }

    /// <summary>The sum of a metric's series that have a label.</summary>
    public async Task<double> SumAsync(string metric, string label) => Sum(await MetricsAsync(), metric, label);

    public void Dispose() => client.Dispose();

    private Task<string> MetricsAsync() => client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

    /// <summary>A line is a name, its labels and a value, and may end in a time.</summary>
    private static double Sum(string metrics, string name, string label) => metrics.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));
}
