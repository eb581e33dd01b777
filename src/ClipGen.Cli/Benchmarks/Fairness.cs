namespace ClipGen.Cli.Benchmarks;

/// <summary>Two tenants who both always wait: how many sequences the first got for each one of the second, against the weights.</summary>
internal sealed record Fairness(double Weight, double Got)
{
    /// <summary>1 when each got its share.</summary>
    public double VersusWeight => Got / Weight;

    public static async Task<Fairness> MeasureAsync(BenchSettings settings, double weight, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(settings, settings.Devices, new Dictionary<string, double> { ["first"] = weight }, cancellationToken);
        double share = weight / (weight + 1);
        await using var first = new Backlog(cluster, 0, "first", GenerationPriority.Interactive, settings.Candidates, share);
        await using var second = new Backlog(cluster, 1, "second", GenerationPriority.Interactive, settings.Candidates, 1 - share);
        await Measurement.WarmUpAsync(cluster, [first, second], cancellationToken);
        var measured = await Measurement.OfAsync(cluster, [first, second], settings.Seconds, cancellationToken);
        return new(weight, measured.Sampled[0] / (double)Math.Max(1, measured.Sampled[1]));
    }
}
