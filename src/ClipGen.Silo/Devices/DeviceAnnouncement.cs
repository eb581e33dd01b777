using ClipGen.Cluster.Placement;

namespace ClipGen.Silo.Devices;

/// <summary>Makes this silo's devices known once the silo takes calls, and stops their work before it goes down.</summary>
internal sealed class DeviceAnnouncement(DeviceRegistry registry, IDeviceDirectory directory, ILocalSiloDetails silo) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(DeviceAnnouncement), ServiceLifecycleStage.Active, Start, Stop);

    private Task Start(CancellationToken cancellationToken)
    {
        foreach (var device in registry.Entries(silo.Name)) directory.Announce(device);
        return Task.CompletedTask;
    }

    private Task Stop(CancellationToken cancellationToken)
    {
        registry.Stop();
        return Task.CompletedTask;
    }
}
