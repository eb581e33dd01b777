using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Sampling;

namespace ClipGen.Silo.Grains;

/// <summary>How a stage grain gets from its key to its engine.</summary>
internal sealed class StageDevice(DeviceRegistry registry, SamplerTable samplers, ClusterInstruments instruments)
{
    /// <summary>Cancelled when the silo stops.</summary>
    public CancellationToken Stopping => registry.Stopping;

    /// <param name="digest">The version of the model; null for any.</param>
    /// <exception cref="DeviceNotFoundException">This silo has no such device.</exception>
    /// <exception cref="ModelNotFoundException">The device does not have the model, or has another version of it.</exception>
    public IDeviceEngine Engine(DeviceKey key, string model, string? digest)
    {
        var engine = registry.Find(key.Device, model) ?? throw NotFound(key);
        return digest is null || engine.Model.Digest == digest
            ? engine
            : throw new ModelNotFoundException($"Device {key} has another version of the model '{model}' (digest {engine.Model.Digest}) than the request was made for ({digest}).");
    }

    /// <inheritdoc cref="Engine"/>
    public DeviceSampler Sampler(DeviceKey key, string model, string? digest) => samplers.Of(Engine(key, model, digest));

    /// <summary>What stages tell of how an engine did.</summary>
    public DeviceHealth Health(IDeviceEngine engine) => samplers.Of(engine).Health;

    /// <summary>Waits for an engine for as long as it is in service, or the caller wants.</summary>
    public Task<T> RunAsync<T>(IDeviceEngine engine, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => samplers.Of(engine).Pulse.RunAsync(work, cancellationToken);

    /// <summary>Time of a device that the present call's request used.</summary>
    public void Charge(DeviceKey key, double seconds) => instruments.DeviceTime(key.Silo, key.Device, StageTrace.Tenant, seconds);

    /// <summary>Cancelled by the caller or when the silo stops; to be disposed.</summary>
    public CancellationTokenSource Link(CancellationToken cancellationToken) => CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, registry.Stopping);

    private DeviceNotFoundException NotFound(DeviceKey key)
    {
        string[] here = [.. samplers.All.Select(s => s.Key.ToString()).Distinct().Order(StringComparer.Ordinal)];
        return new(here.Length == 0
            ? $"There is no device '{key}': the silo {key.Silo} has none."
            : $"There is no device '{key}'. The silo {key.Silo} has: {string.Join(", ", here)}.");
    }
}
