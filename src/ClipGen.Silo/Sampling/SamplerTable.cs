using System.Collections.Concurrent;
using ClipGen.Cluster.Placement;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Loading;
using Microsoft.Extensions.Options;

namespace ClipGen.Silo.Sampling;

/// <summary>The samplers of this process, one for each of the registry's engines.</summary>
internal sealed class SamplerTable(DeviceRegistry registry, ILocalSiloDetails silo, IGrainFactory grains, IOptions<DeviceOptions> options, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<IDeviceEngine, Lazy<DeviceSampler>> _samplers = [];
    private readonly Guid _incarnation = Guid.NewGuid();

    /// <summary>A device has been taken out of service or brought back.</summary>
    public event Action? Changed;

    public IReadOnlyCollection<DeviceSampler> All => [.. registry.Engines.Select(Of)];

    public async ValueTask DisposeAsync()
    {
        foreach (var sampler in _samplers.Values) await sampler.Value.DisposeAsync();
    }

    /// <summary>The sampler of an engine that the registry has.</summary>
    public DeviceSampler Of(IDeviceEngine engine) => _samplers.GetOrAdd(engine, e => new(() =>
    {
        var health = new DeviceHealth(options.Value.FailuresBeforeCheck);
        health.Changed += () => Changed?.Invoke();
        return new(new DeviceKey(silo.Name, e.Device.Name), e, registry.Stages, health, _incarnation, grains, time);
    })).Value;
}
