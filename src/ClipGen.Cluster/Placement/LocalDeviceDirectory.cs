using System.Collections.Immutable;

namespace ClipGen.Cluster.Placement;

/// <summary>The devices of this process: all there is to know while a cluster is one process.</summary>
public sealed class LocalDeviceDirectory : IDeviceDirectory
{
    private ImmutableList<DeviceEntry> _devices = [];

    public IReadOnlyList<DeviceEntry> Devices => _devices;

    public void Announce(DeviceEntry device)
    {
        ArgumentNullException.ThrowIfNull(device);
        ImmutableInterlocked.Update(ref _devices, static (devices, entry) => devices
            .RemoveAll(d => d.Key == entry.Key)
            .Add(entry)
            .Sort((a, b) => string.CompareOrdinal(a.Key.ToString(), b.Key.ToString())), device);
    }
}
