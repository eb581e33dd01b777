namespace ClipGen.Cluster.Clustering;

/// <summary>What a silo does; one silo may do several of these.</summary>
public static class SiloRoles
{
    /// <summary>Takes requests and carries them through: see <see cref="GatewayRoleAttribute"/>.</summary>
    public const string Gateway = "gateway";

    /// <summary>Has devices, and the stage grains pinned to them.</summary>
    public const string Gpu = "gpu";

    public static IReadOnlyList<string> All { get; } = [Gateway, Gpu];

    /// <summary>The silo metadata that lists a silo's roles, separated by commas.</summary>
    internal const string MetadataKey = "role";

    internal static string Format(ClusterOptions options) => string.Join(',', All.Where(options.HasRole));

    internal static bool Contains(string? metadata, string role) => metadata is not null && metadata.Split(',').Contains(role, StringComparer.Ordinal);
}
