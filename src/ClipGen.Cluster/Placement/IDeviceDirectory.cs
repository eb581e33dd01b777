namespace ClipGen.Cluster.Placement;

/// <summary>Which devices there are, what they have loaded and how much they take at once.</summary>
public interface IDeviceDirectory
{
    /// <summary>All ready devices in the order of their keys: a snapshot that does not change; asking is free.</summary>
    IReadOnlyList<DeviceEntry> Devices { get; }

    /// <summary>Makes a device known, or replaces what is known of it.</summary>
    void Announce(DeviceEntry device);
}

/// <summary>One device that is ready for work.</summary>
/// <param name="Kind"><c>cpu</c>, <c>cuda</c> or <c>sim</c>.</param>
/// <param name="Slots">Sequences the device samples at once.</param>
/// <param name="Models">What it has loaded.</param>
public sealed record DeviceEntry(DeviceKey Key, string Kind, int Slots, IReadOnlyList<ModelDescription> Models)
{
    public bool Has(string model) => Models.Any(m => m.Name == model);
}
