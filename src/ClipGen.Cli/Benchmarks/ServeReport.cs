using System.Globalization;
using System.Text;
using System.Text.Json;
using ClipGen.Engine.Devices;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What <c>clipgen bench serve</c> prints, and which promises it found broken.</summary>
/// <param name="Candidates">Of each request.</param>
/// <param name="LoneSeconds">What a request takes through the cluster while there is no other.</param>
/// <param name="Slo">Seconds in which a request is to be drawn.</param>
internal sealed record ServeReport(
    ServeBenchSettings Settings, EngineModel Model, DeviceInfo Device, int Candidates, double LoneSeconds, double Slo, Comparison Full, IReadOnlyList<(OpenLoad Alone, OpenLoad Cluster)> Loads)
{
    public const double LeastVersusEngine = 0.95;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public Verdict Verdict { get; } = Full.Against(LeastVersusEngine);

    /// <summary>A sentence for each promise that does not hold, or of which it cannot be said.</summary>
    public IReadOnlyList<string> Failures { get; } = Full.Against(LeastVersusEngine) switch
    {
        Verdict.Holds => [],
        Verdict.Broken => [Say($"does not hold: with full slots the cluster draws {Full.Ratio:0.000} ± {Full.Margin:0.000} of what the engine alone does, less than {LeastVersusEngine}")],
        _ => [Say($"not decided: with full slots the cluster draws {Full.Ratio:0.000} ± {Full.Margin:0.000} of what the engine alone does, and that is not surely above or below {LeastVersusEngine}; measure more pairs (--max-pairs), longer ones (--seconds), or on a quieter machine")],
    };

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"{Model.Name} {Model.Digest[..12]} on {Device.Name} with {Device.Slots} slots; {Candidates} candidates of {Model.CodesPerImage} codes a request, {Settings.Concurrency(Candidates)} requests at once for full slots");
        Line($"one process on {Environment.ProcessorCount} processors; the cluster's images and grain states are files");
        Line($"");
        Line($"{"full slots: requests a second",-32}{"engine alone",14}{"cluster",12}{"cluster / engine",18}");
        foreach (var (pair, number) in Full.Pairs.Select((pair, i) => (pair, i + 1)))
            Line($"{$"  pair {number}",-32}{pair.Alone.Rate,14:0.000}{pair.Cluster.Rate,12:0.000}{pair.Cluster.Rate / pair.Alone.Rate,18:0.000}");
        Line($"{"  mean",-32}{Full.AloneRate,14:0.000}{Full.ClusterRate,12:0.000}{Full.Ratio,18:0.000}   promised: at least {LeastVersusEngine}");
        if (Full.StandardError is { } error) Line($"{"  standard error of the mean",-58}{error,18:0.000}   95 % to one side: ± {Full.Margin:0.000}");
        Line($"{"  share of the slots in use",-32}{Full.AloneOccupancy,14:0.000}{Full.ClusterOccupancy,12:0.000}");
        Line($"{"alone in the cluster a request takes, s",-46}{LoneSeconds,12:0.000}");
        if (Loads.Count > 0)
        {
            Line($"");
            Line($"{"random arrivals",-22}{"load",6}{"offered/s",11}{"requests",10}{"refused",9}{"p50, s",10}{"p95, s",10}{"p99, s",10}{"slots used",12}{"goodput/s",11}");
            foreach (var (alone, cluster) in Loads)
            {
                foreach (var (name, load) in new[] { ("  engine alone", alone), ("  cluster", cluster) })
                    Line($"{name,-22}{load.Load,6:0.00}{load.Offered,11:0.000}{load.Sent,10}{load.Refused,9}{load.P50,10:0.000}{load.P95,10:0.000}{load.P99,10:0.000}{load.Occupancy,12:0.000}{load.Goodput(Slo),11:0.000}");
            }
            Line($"latencies are from the intended time of sending; goodput is of requests drawn within {Slo:0.000} s");
        }
        Line($"");
        foreach (string failure in Failures) Line($"{failure}");
        if (Failures.Count == 0) Line($"every promise holds");
        return text.ToString();
    }

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            Model = Model.Name,
            ModelDigest = Model.Digest,
            Device = Device.Name,
            Device.Slots,
            Candidates,
            Codes = Model.CodesPerImage,
            Concurrency = Settings.Concurrency(Candidates),
            Settings.Seconds,
            Settings.Seed,
            Processors = Environment.ProcessorCount,
            ThroughputVsEngine = Full.Ratio,
            ThroughputVsEngineStandardError = Full.StandardError,
            ThroughputVsEngineMargin = Full.Margin,
            ThroughputVsEngineMin = Full.Least,
            ThroughputVsEngineMax = Full.Most,
            EngineRequestsPerSecond = Full.AloneRate,
            ClusterRequestsPerSecond = Full.ClusterRate,
            EngineBatchOccupancy = Full.AloneOccupancy,
            ClusterBatchOccupancy = Full.ClusterOccupancy,
            Pairs = Full.Pairs.Select(pair => new { EngineRequestsPerSecond = pair.Alone.Rate, ClusterRequestsPerSecond = pair.Cluster.Rate, ThroughputVsEngine = pair.Cluster.Rate / pair.Alone.Rate }),
            LoneRequestSeconds = LoneSeconds,
            SloSeconds = Slo,
            Loads = Loads.Select(load => new { load.Cluster.Load, OfferedRequestsPerSecond = load.Cluster.Offered, Engine = Describe(load.Alone), Cluster = Describe(load.Cluster) }),
            Verdict = JsonNamingPolicy.SnakeCaseLower.ConvertName(Verdict.ToString()),
            PromisesHold = Verdict == Verdict.Holds,
            Failures,
        },
        Options) + "\n";

    private object Describe(OpenLoad load) => new
    {
        Requests = load.Sent,
        load.Refused,
        LatencyP50S = load.P50,
        LatencyP95S = load.P95,
        LatencyP99S = load.P99,
        BatchOccupancy = load.Occupancy,
        GoodputPerSecond = load.Goodput(Slo),
    };

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
