using System.Diagnostics.Metrics;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;

namespace ClipGen.Silo.Telemetry;

/// <summary>This assembly's meter, named after it: what is measured where the devices are.</summary>
internal sealed class SiloInstruments
{
    public const string Name = "ClipGen.Silo";

    private static readonly InstrumentAdvice<double> StepSeconds = new() { HistogramBucketBoundaries = [1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, .01, .025, .05, .1, .25, .5, 1] };
    private static readonly InstrumentAdvice<double> TokenSeconds = new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5] };
    private static readonly InstrumentAdvice<long> Sequences = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] };

    private readonly Meter _meter;
    private readonly Histogram<double> _stepDuration, _tokenTime;
    private readonly Histogram<long> _batchSize;
    private readonly Counter<long> _checks;

    public SiloInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _stepDuration = _meter.CreateHistogram("clipgen.step.duration", "s", "One step of a device's sampler", advice: StepSeconds);
        _batchSize = _meter.CreateHistogram("clipgen.batch.size", "{sequence}", "Sequences that a step served", advice: Sequences);
        _tokenTime = _meter.CreateHistogram("gen_ai.server.time_per_output_token", "s", "Time between two codes of a candidate", advice: TokenSeconds);
        _checks = _meter.CreateCounter<long>("clipgen.device.checks", "{check}", "Times that a device was to reproduce its known answer, by whether it did");
    }

    /// <summary>Has slots observed.</summary>
    /// <param name="read">For every device: slots in service (none of one that is not), and how many of them are in use.</param>
    public void ObserveSlots(Func<IEnumerable<(DeviceKey Device, int Limit, int Active)>> read)
    {
        _meter.CreateObservableUpDownCounter("clipgen.slots.limit", () => read().Select(d => new Measurement<long>(d.Limit, Tags(d.Device))), "{sequence}", "Sequences that a device in service samples at once");
        _meter.CreateObservableUpDownCounter("clipgen.slots.active", () => read().Select(d => new Measurement<long>(d.Active, Tags(d.Device))), "{sequence}", "Sequences that a device has");
    }

    /// <summary>Has the machine's GPUs observed, where there are any.</summary>
    public void ObserveGpus(IGpuReader gpus)
    {
        if (gpus.Ids.Count == 0) return;
        IEnumerable<Measurement<T>> Read<T>(Func<GpuReading, T> value) where T : struct =>
            gpus.Ids.Select(id => (Id: id, Reading: gpus.Read(id))).Where(gpu => gpu.Reading is not null).Select(gpu => new Measurement<T>(value(gpu.Reading!.Value), new KeyValuePair<string, object?>("hw.id", gpu.Id)));
        _meter.CreateObservableGauge("hw.gpu.utilization", () => Read(gpu => gpu.Utilization), "1", "Share of the last moment in which the GPU was at work");
        _meter.CreateObservableGauge("hw.gpu.memory.usage", () => Read(gpu => gpu.MemoryUsed), "By", "Memory of the GPU in use, by whomever");
        _meter.CreateObservableGauge("hw.gpu.memory.limit", () => Read(gpu => gpu.MemoryTotal), "By", "Memory of the GPU");
    }

    public void Stepped(int steps, int active, double seconds, KeyValuePair<string, object?>[] device)
    {
        if (!_stepDuration.Enabled && !_batchSize.Enabled) return;
        for (int i = 0; i < steps; i++)
        {
            _stepDuration.Record(seconds, device);
            _batchSize.Record(active, device);
        }
    }

    public void TokenTime(double seconds, string model) => _tokenTime.Record(seconds, new KeyValuePair<string, object?>(ClusterInstruments.ModelKey, model));

    /// <param name="times">0 to have it counted from the start.</param>
    public void Checked(DeviceKey device, bool passed, int times = 1) => _checks.Add(times, [.. Tags(device), new("outcome", passed ? "passed" : "failed")]);

    public static KeyValuePair<string, object?>[] Tags(DeviceKey device) => [new(ClusterInstruments.SiloKey, device.Silo), new(ClusterInstruments.DeviceKey, device.Device)];
}
