using System.Collections.Concurrent;
using ClipGen.Cluster.Placement;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;

namespace ClipGen.Silo.Sampling;

/// <summary>The samplers of this process, one for each of the registry's engines.</summary>
internal sealed class SamplerTable(DeviceRegistry registry, ILocalSiloDetails silo, IGrainFactory grains, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<IDeviceEngine, Lazy<DeviceSampler>> _samplers = [];
    private readonly Guid _incarnation = Guid.NewGuid();

    public IReadOnlyCollection<DeviceSampler> All => [.. registry.Engines.Select(Of)];

    public async ValueTask DisposeAsync()
    {
        foreach (var sampler in _samplers.Values) await sampler.Value.DisposeAsync();
    }

    /// <summary>The sampler of an engine that the registry has.</summary>
    public DeviceSampler Of(IDeviceEngine engine) => _samplers.GetOrAdd(engine, e => new(() =>
        new(new DeviceKey(silo.Name, e.Device.Name), e, registry.Stages, _incarnation, grains, time))).Value;
}
