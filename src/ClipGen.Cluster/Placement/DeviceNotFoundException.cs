namespace ClipGen.Cluster.Placement;

/// <summary>A stage was asked of a device that does not exist; the message names the ones that do.</summary>
/// <remarks>Not an OrleansException: those are retried by the placement for half a second before the caller hears of them.</remarks>
[GenerateSerializer, Alias("clipgen.DeviceNotFoundException")]
public sealed class DeviceNotFoundException(string message) : Exception(message);
