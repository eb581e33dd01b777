using System.Globalization;
using System.Text;
using System.Text.Json;
using ClipGen.Engine.Devices;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What <c>clipgen bench telemetry</c> prints, and which promises it found broken.</summary>
/// <param name="Candidates">Of each request.</param>
/// <param name="Compared">Without telemetry first, with it second.</param>
/// <param name="Spans">That ended while they were looked at.</param>
/// <param name="Bytes">That were sent.</param>
internal sealed record TelemetryReport(ServeBenchSettings Settings, EngineModel Model, DeviceInfo Device, int Candidates, Comparison Compared, long Spans, long Bytes)
{
    private const double Least = 0.97;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    /// <summary>A sentence for each promise that does not hold.</summary>
    public IReadOnlyList<string> Failures { get; } = Compared.Ratio >= Least
        ? []
        : [string.Create(CultureInfo.InvariantCulture, $"with every span and metric sent the cluster draws {Compared.Ratio:0.000} of what it does with none, less than {Least}")];

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"{Model.Name} {Model.Digest[..12]} on {Device.Name} with {Device.Slots} slots; {Candidates} candidates of {Model.CodesPerImage} codes a request, full slots, {Environment.ProcessorCount} processors");
        Line($"");
        Line($"{"requests a second",-32}{"unseen",12}{"traced",12}{"traced / unseen",18}");
        foreach (var (pair, number) in Compared.Pairs.Select((pair, i) => (pair, i + 1)))
            Line($"{$"  pair {number}",-32}{pair.Alone.Rate,12:0.000}{pair.Cluster.Rate,12:0.000}{pair.Cluster.Rate / pair.Alone.Rate,18:0.000}");
        Line($"{"  mean",-32}{Compared.AloneRate,12:0.000}{Compared.ClusterRate,12:0.000}{Compared.Ratio,18:0.000}   promised: at least {Least}");
        if (Compared.StandardError is { } error) Line($"{"  standard error of the mean",-56}{error,18:0.000}");
        Line($"{Spans} spans, {Bytes} bytes sent");
        foreach (string failure in Failures) Line($"does not hold: {failure}");
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
            Settings.Seconds,
            Processors = Environment.ProcessorCount,
            TracedVersusUnseen = Compared.Ratio,
            TracedVersusUnseenStandardError = Compared.StandardError,
            UnseenRequestsPerSecond = Compared.AloneRate,
            TracedRequestsPerSecond = Compared.ClusterRate,
            Pairs = Compared.Pairs.Select(pair => new { UnseenRequestsPerSecond = pair.Alone.Rate, TracedRequestsPerSecond = pair.Cluster.Rate }),
            Spans,
            BytesSent = Bytes,
            PromisesHold = Failures.Count == 0,
            Failures,
        },
        Options) + "\n";
}
