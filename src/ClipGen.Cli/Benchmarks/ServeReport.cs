using System.Globalization;
using System.Text;
using System.Text.Json;
using ClipGen.Engine.Devices;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What <c>clipgen bench serve</c> prints, and which promises it found broken.</summary>
/// <param name="Candidates">Of each request.</param>
/// <param name="Concurrency">Requests on their way together at full slots.</param>
/// <param name="LoneSeconds">What a request takes through the cluster while there is no other.</param>
/// <param name="Slo">Seconds in which a request is to be drawn.</param>
internal sealed record ServeReport(
    ServeBenchSettings Settings, EngineModel Model, DeviceInfo Device, int Candidates, int Concurrency, double LoneSeconds, double Slo, Comparison Full, IReadOnlyList<(OpenLoad Alone, OpenLoad Cluster)> Loads)
{
    public const double LeastVersusEngine = 0.95;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    private readonly PairTable _table = new(Full, "engine", "cluster", LeastVersusEngine);

    public Verdict Verdict => _table.Verdict;

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"{Model.Name} {Model.Digest[..12]} on {Device.Name} with {Device.Slots} slots; {Candidates} candidates of {Model.CodesPerImage} codes a request, {Concurrency} requests at once for full slots");
        Line($"one process on {Environment.ProcessorCount} processors; the cluster's images and grain states are files");
        Line($"");
        _table.Write(text);
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
        _table.WriteVerdict(text);
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
            Concurrency,
            Settings.Seconds,
            Settings.Seed,
            Processors = Environment.ProcessorCount,
            ThroughputVsEngine = Full.Ratio,
            ThroughputVsEngineStandardError = Full.StandardError,
            ThroughputVsEngineMargin = Full.Margin,
            ThroughputVsEngineMin = Full.Ratios.Min(),
            ThroughputVsEngineMax = Full.Ratios.Max(),
            EngineRequestsPerSecond = Full.WithoutRate,
            ClusterRequestsPerSecond = Full.WithRate,
            EngineBatchOccupancy = Full.WithoutOccupancy,
            ClusterBatchOccupancy = Full.WithOccupancy,
            EngineProcessorSecondsPerRequest = Full.WithoutProcessorTime,
            ClusterProcessorSecondsPerRequest = Full.WithProcessorTime,
            Pairs = Full.Pairs.Select(pair => new { EngineRequestsPerSecond = pair.Without.Rate, ClusterRequestsPerSecond = pair.With.Rate, ThroughputVsEngine = pair.With.Rate / pair.Without.Rate }),
            LoneRequestSeconds = LoneSeconds,
            SloSeconds = Slo,
            Loads = Loads.Select(load => new { load.Cluster.Load, OfferedRequestsPerSecond = load.Cluster.Offered, Engine = Describe(load.Alone), Cluster = Describe(load.Cluster) }),
            Verdict = _table.VerdictName,
            PromisesHold = Verdict == Verdict.Holds,
            _table.Failures,
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
}
