using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ClipGen.Cluster.Telemetry;

/// <summary>This assembly's source and meter, named after it.</summary>
internal sealed class ClusterInstruments
{
    public const string Name = "ClipGen.Cluster";

    public static readonly ActivitySource Source = new(Name);

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };

    private static readonly InstrumentAdvice<double> Scores = new()
    {
        HistogramBucketBoundaries = [.. Enumerable.Range(0, 21).Select(i => i * 0.025)],
    };

    public ClusterInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        RequestDuration = meter.CreateHistogram("gen_ai.server.request.duration", "s", "A generation, from acceptance to its end", advice: Seconds);
        StageDuration = meter.CreateHistogram("clipgen.stage.duration", "s", "One stage of a generation as the generation saw it", advice: Seconds);
        Images = meter.CreateCounter<long>("clipgen.images", "{image}", "Images asked for, by how their generation ended");
        Tokens = meter.CreateCounter<long>("clipgen.tokens", "{token}", "Codes drawn, by how their generation ended");
        RerankScore = meter.CreateHistogram("clipgen.rerank.score", "1", "Cosine similarity of a candidate and its prompt", advice: Scores);
        DeviceTime = meter.CreateCounter<double>("clipgen.device.time", "s", "Time of a device that requests used");
    }

    public Histogram<double> RequestDuration { get; }

    public Histogram<double> StageDuration { get; }

    public Counter<long> Images { get; }

    public Counter<long> Tokens { get; }

    public Histogram<double> RerankScore { get; }

    public Counter<double> DeviceTime { get; }
}
