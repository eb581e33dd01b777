using Orleans.Runtime.Placement;

namespace ClipGen.Cluster.Placement;

/// <summary>Finds the silo that a device key names. A silo's stable name is its <c>SiloName</c>: in Kubernetes the pod's.</summary>
internal sealed class DevicePlacementDirector(IClusterMembershipService membership) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        string key = target.GrainIdentity.Key.ToString()!;
        string silo = DeviceKey.Parse(key).Silo;
        var members = membership.CurrentSnapshot.Members;
        foreach (var address in context.GetCompatibleSilos(target))
        {
            if (members.TryGetValue(address, out var member) && member.Name == silo) return Task.FromResult(address);
        }
        string[] there = [.. members.Values.Where(m => m.Status == SiloStatus.Active).Select(m => m.Name).Order(StringComparer.Ordinal)];
        throw new DeviceNotFoundException($"There is no device '{key}': no silo of that name is in the cluster. There are: {string.Join(", ", there)}.");
    }
}
