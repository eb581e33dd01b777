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
    public static async Task<int> RunAsync(ServeBenchSettings settings, CancellationToken cancellationToken)
    {
        settings.Check();
        using var line = new StatusLine();
        line.Show("loading the model and starting the cluster …");
        await using var engine = await ServedEngine.StartAsync(settings, cancellationToken);
        await using var sink = await TelemetrySink.StartAsync(cancellationToken);
        using var spans = new SpanCounter();

        int concurrency = settings.Concurrency(engine.Candidates);
        Task<FullSlots> UnseenAsync(double seconds) => FullSlots.MeasureAsync(engine, engine.DrawThroughClusterAsync, concurrency, seconds, cancellationToken);
        async Task<FullSlots> SeenAsync(double seconds)
        {
            using var traces = Sdk.CreateTracerProviderBuilder().AddClipGen().AddProcessor(spans).AddOtlpExporter(o => Send(o, new(sink.Address, "v1/traces"))).Build();
            using var metrics = Sdk.CreateMeterProviderBuilder().AddClipGen().AddOtlpExporter(o => Send(o, new(sink.Address, "v1/metrics"))).Build();
            return await UnseenAsync(seconds);
        }

        line.Show("warming up …");
        await UnseenAsync(0);
        await SeenAsync(0);
        var compared = await Comparison.AlternateAsync(
            () => UnseenAsync(settings.Seconds), () => SeenAsync(settings.Seconds), settings.Pairs, _ => true, pair => line.Show($"pair {pair} of {settings.Pairs} …"));
        line.Dispose();
        var report = new TelemetryReport(settings, engine.Model, engine.Device, engine.Candidates, compared, spans.Count, sink.Bytes);
        Console.Out.Write(settings.Json ? report.ToJson() : report.ToText());
        return report.Failures.Count == 0 ? 0 : CommandRunner.Failed;
    }

    private static void Send(OtlpExporterOptions options, Uri to) => (options.Protocol, options.Endpoint) = (OtlpExportProtocol.HttpProtobuf, to);

    private sealed class SpanCounter : BaseProcessor<Activity>
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public override void OnEnd(Activity data) => Interlocked.Increment(ref _count);
    }
}
