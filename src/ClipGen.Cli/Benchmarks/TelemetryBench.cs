using System.Diagnostics;
using ClipGen.Cli.Terminal;
using ClipGen.Cluster.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// What it costs to be seen: the same cluster on the same engine, with every span and metric sent to a collector and with none. Blocks of the
/// one and of the other follow each other as in <see cref="Comparison"/>.
/// </summary>
internal static class TelemetryBench
{
    private static readonly CostBench Bench = new("unseen", "traced", Promised: 0.97);

    public static async Task<int> RunAsync(ServeBenchSettings settings, CancellationToken cancellationToken)
    {
        settings.Check();
        using var line = new StatusLine();
        line.Show("loading the model and starting the cluster …");
        await using var engine = await ServedEngine.StartAsync(settings, cancellationToken);
        await using var sink = await TelemetrySink.StartAsync(cancellationToken);
        using var spans = new SpanCounter();

        async Task<FullSlots> SeenAsync(double seconds)
        {
            using var traces = Sdk.CreateTracerProviderBuilder().AddClipGen().AddProcessor(spans).AddOtlpExporter(o => Send(o, new(sink.Address, "v1/traces"))).Build();
            using var metrics = Sdk.CreateMeterProviderBuilder().AddClipGen().AddOtlpExporter(o => Send(o, new(sink.Address, "v1/metrics"))).Build();
            return await FullSlots.MeasureAsync(engine, engine.DrawThroughClusterAsync, seconds, cancellationToken);
        }

        return await Bench.RunAsync(settings, engine, line, engine.DrawThroughClusterAsync, SeenAsync, () => [("spans", spans.Count), ("bytes_sent", sink.Bytes)], cancellationToken);
    }

    private static void Send(OtlpExporterOptions options, Uri to) => (options.Protocol, options.Endpoint) = (OtlpExportProtocol.HttpProtobuf, to);

    private sealed class SpanCounter : BaseProcessor<Activity>
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public override void OnEnd(Activity data) => Interlocked.Increment(ref _count);
    }
}
