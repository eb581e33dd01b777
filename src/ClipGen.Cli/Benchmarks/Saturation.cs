namespace ClipGen.Cli.Benchmarks;

/// <summary>Full slots: how close to the ideal a cluster comes whose queue never runs out, and what a sequence costs.</summary>
internal sealed record Saturation(int Devices, double Rate, double IdealRate, double CpuMicrosecondsPerSequence)
{
    public double VersusIdeal => Rate / IdealRate;

    public static async Task<Saturation> MeasureAsync(BenchSettings settings, int devices, double seconds, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(settings, devices, new Dictionary<string, double>(), cancellationToken);
        await using var backlog = new Backlog(cluster, 0, Submission.DefaultTenant, GenerationPriority.Interactive, settings.Candidates);
        await Measurement.WarmUpAsync(cluster, [backlog], cancellationToken);
        var measured = await Measurement.OfAsync(cluster, [backlog], seconds, cancellationToken);
        return new(devices, measured.Rate, cluster.IdealRate, measured.CpuMicrosecondsPerSequence);
    }
}
