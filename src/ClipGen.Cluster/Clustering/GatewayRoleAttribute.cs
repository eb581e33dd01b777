using Orleans.Placement;

namespace ClipGen.Cluster.Clustering;

/// <summary>The grain activates on silos that have the role <see cref="SiloRoles.Gateway"/>, and on no others.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class GatewayRoleAttribute() : PlacementFilterAttribute(new GatewayRoleFilterStrategy());
