using System.Collections.Concurrent;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Loading;
using ClipGen.Silo.Telemetry;
using Microsoft.Extensions.Options;

namespace ClipGen.Silo.Sampling;

/// <summary>The samplers of this process, one for each of the registry's engines.</summary>
internal sealed class SamplerTable : IAsyncDisposable
{
    private readonly ConcurrentDictionary<IDeviceEngine, Lazy<DeviceSampler>> _samplers = [];
    private readonly Guid _incarnation = Guid.NewGuid();
    private readonly DeviceRegistry _registry;
    private readonly Func<IDeviceEngine, DeviceSampler> _create;

    public SamplerTable(
        DeviceRegistry registry, ILocalSiloDetails silo, IGrainFactory grains, IOptions<DeviceOptions> options, ClusterInstruments cluster, SiloInstruments instruments, IGpuReader gpus,
        IOptions<TelemetryOptions> telemetry, TimeProvider time)
    {
        _registry = registry;
        _create = engine =>
        {
            var key = new DeviceKey(silo.Name, engine.Device.Name);
            var health = new DeviceHealth(options.Value.FailuresBeforeCheck);
            health.Changed += () => Changed?.Invoke();
            engine.Observe(new StepMeter(instruments, key, telemetry.Value.BatchStepEvery, time));
            foreach (bool passed in (bool[])[true, false]) instruments.Checked(key, passed, times: 0);
            cluster.DeviceTime(key.Silo, key.Device, Submission.DefaultTenant, 0);
            return new(key, engine, registry.Stages, health, _incarnation, grains, new(cluster, instruments, key, engine.Model.Name, time), time);
        };
        instruments.ObserveSlots(() => All.GroupBy(s => s.Key).Select(models => (models.Key, models.Sum(s => s.SlotsInService), models.Sum(s => s.SlotsInUse))));
        instruments.ObserveGpus(gpus);
    }

    /// <summary>A device has been taken out of service or brought back.</summary>
    public event Action? Changed;

    public IReadOnlyCollection<DeviceSampler> All => [.. _registry.Engines.Select(Of)];

    public async ValueTask DisposeAsync()
    {
        foreach (var (engine, sampler) in _samplers)
        {
            engine.Observe(null);
            await sampler.Value.DisposeAsync();
        }
    }

    /// <summary>The sampler of an engine that the registry has.</summary>
    public DeviceSampler Of(IDeviceEngine engine) => _samplers.GetOrAdd(engine, e => new(() => _create(e))).Value;
}
