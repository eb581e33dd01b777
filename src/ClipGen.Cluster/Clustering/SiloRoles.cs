namespace ClipGen.Cluster.Clustering;

/// <summary>What a silo does; one silo may do several of these.</summary>
public static class SiloRoles
{
    /// <summary>Takes requests and carries them through: see <see cref="GatewayRoleAttribute"/>.</summary>
    public const string Gateway = "gateway";

    /// <summary>Has devices, and the stage grains pinned to them.</summary>
    public const string Gpu = "gpu";

    /// <summary>Calls grains and has none: a program that wants to learn of a silo's death as soon as the silos do. Goes with no other role.</summary>
    public const string Client = "client";

    /// <summary>What a cluster needs.</summary>
    public static IReadOnlyList<string> All { get; } = [Gateway, Gpu];

    public static IReadOnlyList<string> Known { get; } = [.. All, Client];

    /// <summary>The silo metadata that lists a silo's roles, separated by commas.</summary>
    internal const string MetadataKey = "role";

    internal static string Format(ClusterOptions options) => options.Roles.Count == 0 ? string.Join(',', All) : string.Join(',', Known.Where(options.HasRole));

    internal static bool Contains(string? metadata, string role) => metadata is not null && metadata.Split(',').Contains(role, StringComparer.Ordinal);
}
