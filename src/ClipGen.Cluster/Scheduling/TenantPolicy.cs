namespace ClipGen.Cluster.Scheduling;

/// <summary>What holds for one tenant: its own settings, or else everybody's.</summary>
/// <param name="Weight">Share of the slots relative to other tenants, above 0.</param>
/// <param name="MaxWaiting">Candidates that may wait; null means no limit of its own.</param>
internal readonly record struct TenantPolicy(double Weight, int? MaxWaiting)
{
    public static TenantPolicy Of(string tenant, QueueOptions options)
    {
        var own = options.Tenants.GetValueOrDefault(tenant);
        return new(own?.Weight ?? 1, own?.MaxWaiting ?? options.MaxWaitingPerTenant);
    }
}
