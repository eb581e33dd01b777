using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Benchmarks;

/// <summary>Measures the scheduler on simulated devices, one thing after the other, each in a fresh cluster in this process.</summary>
internal static class ClusterBench
{
    public static async Task<int> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        settings.Check();
        using var line = new StatusLine();
        double brief = Math.Max(Math.Min(settings.Seconds, 10), 2 * settings.CandidateTime);

        line.Show("warming up …");   // whatever is compiled at its first use is, before anything counts
        await Saturation.MeasureAsync(settings, Sizes(settings).First(), 0, cancellationToken);
        line.Show("full slots …");
        var full = await Saturation.MeasureAsync(settings, settings.Devices, settings.Seconds, cancellationToken);
        line.Show("short requests under a backlog …");
        var shortly = await ShortRequests.MeasureAsync(settings, cancellationToken);
        line.Show("tenants of equal weight …");
        var equal = await Fairness.MeasureAsync(settings, 1, cancellationToken);
        line.Show("tenants of weights 3 and 1 …");
        var three = await Fairness.MeasureAsync(settings, 3, cancellationToken);
        line.Show("waiting times at 70 % load …");
        var waiting = await WaitingTimes.MeasureAsync(settings, cancellationToken);
        var scaling = new List<Saturation>();
        foreach (int devices in Sizes(settings))
        {
            line.Show($"full slots of {devices} devices …");
            scaling.Add(await Saturation.MeasureAsync(settings, devices, brief, cancellationToken));
        }
        line.Dispose();
        var report = new BenchReport(settings, full, shortly, equal, three, waiting, scaling);
        Console.Out.Write(settings.Json ? report.ToJson() : report.ToText());
        return report.Failures.Count == 0 ? 0 : CommandRunner.Failed;
    }

    /// <summary>A quarter of the devices, all of them, and on request four times as many.</summary>
    private static IEnumerable<int> Sizes(BenchSettings settings) =>
        new[] { Math.Max(1, settings.Devices / 4), settings.Devices, settings.Scaling ? 4 * settings.Devices : settings.Devices }.Distinct();
}
