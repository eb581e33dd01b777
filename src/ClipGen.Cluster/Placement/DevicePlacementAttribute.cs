using Orleans.Placement;

namespace ClipGen.Cluster.Placement;

/// <inheritdoc cref="DevicePlacement"/>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DevicePlacementAttribute() : PlacementAttribute(DevicePlacement.Instance);
