namespace ClipGen;

/// <summary>What devices and models the whole cluster has. Soft state: silos tell it again every second. Key: 0.</summary>
[Alias("clipgen.IClusterDirectoryGrain")]
public interface IClusterDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Called by a silo every second, and when something changed.</summary>
    [Alias("Announce")]
    Task AnnounceAsync(string silo, IReadOnlyList<DeviceReport> devices);

    /// <summary>Names of the models that some device has, in order.</summary>
    [Alias("Models")]
    Task<IReadOnlyList<string>> ModelsAsync();

    /// <summary>The latest report of every device, one for each model it has, in the order of the keys.</summary>
    [Alias("Devices")]
    Task<IReadOnlyList<DeviceReport>> DevicesAsync();
}
