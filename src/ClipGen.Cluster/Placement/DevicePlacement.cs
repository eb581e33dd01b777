namespace ClipGen.Cluster.Placement;

/// <summary>A stage grain with the key <c>silo/device</c> activates on the silo of that name or nowhere.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.DevicePlacement")]
public sealed class DevicePlacement : PlacementStrategy
{
    internal static DevicePlacement Instance { get; } = new();
}
