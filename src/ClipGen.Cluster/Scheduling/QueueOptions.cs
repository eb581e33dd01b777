using System.ComponentModel.DataAnnotations;

namespace ClipGen.Cluster.Scheduling;

/// <summary>How the queue of a model is shared, and how long it may get.</summary>
public sealed class QueueOptions
{
    public const string SectionName = "ClipGen:Queue";

    /// <summary>Candidates of one model that may wait in all; a request beyond it is refused. At least one request of the largest size. Default: 4096.</summary>
    [Range(GenerationRequest.MaxCandidates, 1_000_000)]
    public int MaxWaiting { get; set; } = 4096;

    /// <summary>Candidates of one model that one tenant may have waiting. Default: null, no limit but <see cref="MaxWaiting"/>.</summary>
    [Range(1, 1_000_000)]
    public int? MaxWaitingPerTenant { get; set; }

    /// <summary>While interactive and batch work both wait, one pick of this many is batch. Default: 16.</summary>
    [Range(2, 1000)]
    public int BatchShare { get; set; } = 16;

    /// <summary>A generation that has waited longer than this since its last pick is served before its tenant's shorter ones. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// While no device of a known model is in service, requests wait for one to come back; after this long they are refused, and what was
    /// accepted for a version of the model that another one has replaced fails. Default: 2 minutes, which a restart takes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan WithoutDevices { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Tenants that are not like the others, by name (upper and lower case differ). Default: none.</summary>
    public Dictionary<string, TenantOptions> Tenants { get; set; } = [];
}

/// <summary>What is particular to one tenant.</summary>
public sealed class TenantOptions
{
    public const double MinWeight = 0.001, MaxWeight = 1000;

    /// <summary>Share of the slots relative to other tenants that wait, 0.001 to 1000: one of weight 3 gets three times as much as one of weight 1. Default: 1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>Candidates of one model that this tenant may have waiting, 1 or more. Default: null, <see cref="QueueOptions.MaxWaitingPerTenant"/>.</summary>
    public int? MaxWaiting { get; set; }
}
