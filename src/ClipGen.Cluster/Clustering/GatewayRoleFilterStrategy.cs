using Orleans.Placement;

namespace ClipGen.Cluster.Clustering;

/// <inheritdoc cref="GatewayRoleAttribute"/>
public sealed class GatewayRoleFilterStrategy() : PlacementFilterStrategy(order: 0);
