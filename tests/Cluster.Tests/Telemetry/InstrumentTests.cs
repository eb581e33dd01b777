using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using ClipGen.Cluster.Telemetry;
using ClipGen.Silo.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Telemetry;

/// <summary>Dashboards and alerts are written against these: a name, a unit or a boundary is not changed by the way.</summary>
public sealed class InstrumentTests
{
    private const string Long = "0.01 0.02 0.04 0.08 0.16 0.32 0.64 1.28 2.56 5.12 10.24 20.48 40.96 81.92";
    private const string First = "0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10";

    private static readonly string[] Expected =
    [
        "ClipGen.Cluster clipgen.device.time Counter [s]",
        "ClipGen.Cluster clipgen.eta.error Histogram [1] 0.01 0.02 0.05 0.1 0.2 0.3 0.5 0.75 1 2 5 10",
        $"ClipGen.Cluster clipgen.first_preview.duration Histogram [s] {First}",
        "ClipGen.Cluster clipgen.images Counter [{image}]",
        "ClipGen.Cluster clipgen.images.unstored UpDownCounter [{image}]",
        "ClipGen.Cluster clipgen.queue.depth UpDownCounter [{sequence}]",
        $"ClipGen.Cluster clipgen.queue.duration Histogram [s] {Long}",
        "ClipGen.Cluster clipgen.rerank.score Histogram [1] 0 0.025 0.05 0.075 0.1 0.125 0.15 0.175 0.2 0.225 0.25 0.275 0.3 0.325 0.35 0.375 0.4 0.425 0.45 0.475 0.5",
        $"ClipGen.Cluster clipgen.stage.duration Histogram [s] {Long}",
        "ClipGen.Cluster clipgen.steps.wasted Counter [{step}]",
        "ClipGen.Cluster clipgen.store.retries Counter [{try}]",
        "ClipGen.Cluster clipgen.tokens Counter [{token}]",
        $"ClipGen.Cluster gen_ai.server.request.duration Histogram [s] {Long}",
        $"ClipGen.Cluster gen_ai.server.time_to_first_token Histogram [s] {First}",
        "ClipGen.Silo clipgen.batch.size Histogram [{sequence}] 1 2 4 8 16 32 64 128 256 512",
        "ClipGen.Silo clipgen.device.checks Counter [{check}]",
        "ClipGen.Silo clipgen.slots.active ObservableUpDownCounter [{sequence}]",
        "ClipGen.Silo clipgen.slots.limit ObservableUpDownCounter [{sequence}]",
        "ClipGen.Silo clipgen.step.duration Histogram [s] 0.0001 0.00025 0.0005 0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1",
        "ClipGen.Silo gen_ai.server.time_per_output_token Histogram [s] 0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1 2.5",
        "ClipGen.Silo hw.gpu.memory.limit ObservableGauge [By]",
        "ClipGen.Silo hw.gpu.memory.usage ObservableGauge [By]",
        "ClipGen.Silo hw.gpu.utilization ObservableGauge [1]",
    ];

    [Fact]
    public void Names_units_and_boundaries_are_these()
    {
        var instruments = Create(new OneGpu());
        Assert.Equal(Expected, instruments.Select(Describe).Order(StringComparer.Ordinal));
        Assert.All(instruments, i => Assert.False(string.IsNullOrWhiteSpace(i.Description), i.Name));
    }

    [Fact]
    public void Each_is_in_the_reference_for_operators_and_nothing_else_is()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "deploy", "docs", "telemetry.md")).SkipWhile(line => line != "## Metrics").Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        var described = rows.SelectMany(row => Regex.Matches(row.Split('|')[1], "`([^`]+)`").Select(m => m.Groups[1].Value));

        // The SDK's own is created in its users' processes.
        Assert.Equal(Expected.Select(line => line.Split(' ')[1]).Append("gen_ai.client.operation.duration").Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_a_gpu_there_is_no_series_of_one() => Assert.DoesNotContain(Create(new NvmlGpus("libclipgen-no-such-library.so.1", null)), i => i.Name.StartsWith("hw.", StringComparison.Ordinal));

    [Fact]
    public void A_gpus_figures_are_read_when_they_are_asked_for()
    {
        var read = new Dictionary<string, double>();
        Create(new OneGpu(), read);
        Assert.Equal(0.25, read["hw.gpu.utilization cuda:0"]);
        Assert.Equal(3e9, read["hw.gpu.memory.usage cuda:0"]);
        Assert.Equal(8e9, read["hw.gpu.memory.limit cuda:0"]);
    }

    [Theory]
    [InlineData(null, "0 1 2")]
    [InlineData("", "0 1 2")]
    [InlineData("2,0", "2 0")]
    [InlineData("7", "0 1 2")]
    [InlineData("GPU-8f6c,GPU-aa", "0 1 2")]
    public void Gpus_are_numbered_as_cuda_shows_them(string? visible, string expected) => Assert.Equal(expected, string.Join(' ', NvmlGpus.Visible(visible, 3)));

    private static List<Instrument> Create(IGpuReader gpus, Dictionary<string, double>? read = null)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var published = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope != factory) return;
                published.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            },
        };
        void Read(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (read is not null && instrument.IsObservable) read[$"{instrument.Name} {tags[0].Value}"] = value;
        }
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Read(i, value, tags));
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Read(i, value, tags));
        listener.Start();
        _ = new ClusterInstruments(factory);
        var silo = new SiloInstruments(factory);
        silo.ObserveSlots(() => []);
        silo.ObserveGpus(gpus);
        listener.RecordObservableInstruments();
        return published;
    }

    private static string Describe(Instrument instrument)
    {
        string kind = instrument.GetType().Name.Split('`')[0];
        string boundaries = instrument switch
        {
            Histogram<double> h => string.Join(' ', h.Advice!.HistogramBucketBoundaries!.Select(b => b.ToString("0.#####"))),
            Histogram<long> h => string.Join(' ', h.Advice!.HistogramBucketBoundaries!),
            _ => "",
        };
        return $"{instrument.Meter.Name} {instrument.Name} {kind} [{instrument.Unit}] {boundaries}".TrimEnd();
    }

    private sealed class OneGpu : IGpuReader
    {
        public IReadOnlyList<string> Ids => ["cuda:0"];

        public GpuReading? Read(string id) => new(0.25, 3_000_000_000, 8_000_000_000);
    }
}
