namespace ClipGen.Cluster.Hosting;

/// <summary>Orleans' own dashboard, under <c>/dashboard</c> of a gateway.</summary>
public sealed class OrleansDashboardOptions
{
    public const string SectionName = "ClipGen:Dashboard";

    /// <summary>Whether the silo measures its grains' calls for it, and a gateway shows it; the same on every silo. Default: false, for it measures every call.</summary>
    public bool Enabled { get; set; }
}
