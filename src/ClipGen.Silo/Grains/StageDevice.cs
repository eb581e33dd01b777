using ClipGen.Cluster.Placement;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;

namespace ClipGen.Silo.Grains;

/// <summary>How a stage grain gets from its key to its engine.</summary>
internal sealed class StageDevice(DeviceRegistry registry, IDeviceDirectory directory)
{
    /// <summary>Cancelled when the silo stops.</summary>
    public CancellationToken Stopping => registry.Stopping;

    /// <exception cref="DeviceNotFoundException">This silo has no such device.</exception>
    /// <exception cref="ModelNotFoundException">The device does not have the model.</exception>
    public IDeviceEngine Engine(DeviceKey key, string model) => registry.Find(key.Device, model) ?? throw directory.NotFound(key.ToString());

    /// <summary>Cancelled by the caller or when the silo stops; to be disposed.</summary>
    public CancellationTokenSource Link(CancellationToken cancellationToken) => CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, registry.Stopping);
}
