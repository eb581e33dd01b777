using System.Globalization;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// How the list of a tenant's generations is divided, so that no record of it gets large: tenant → hours → parts of a minute → generations.
/// A generation's part follows from its id and the time of its acceptance, so that entering it twice is entering it once.
/// </summary>
internal static class TenantIndex
{
    private const int Shards = 8;
    private const long SecondsPerMinute = 60, PartsPerHour = 60 * Shards;

    /// <summary>Parts are numbered in the order of time: those of a minute, by share, then those of the next.</summary>
    public static long PartOf(DateTimeOffset acceptedAt, string id) => acceptedAt.ToUnixTimeSeconds() / SecondsPerMinute * Shards + GenerationId.Hash(id) % Shards;

    public static long MinuteOf(long part) => part / Shards;

    public static long HourOf(long part) => part / PartsPerHour;

    public static DateTimeOffset StartOfMinute(long minute) => DateTimeOffset.FromUnixTimeSeconds(minute * SecondsPerMinute);

    public static DateTimeOffset StartOfHour(long hour) => StartOfMinute(hour * PartsPerHour / Shards);

    public static ITenantPartGrain Part(IGrainFactory grains, string tenant, long part) => grains.GetGrain<ITenantPartGrain>(PartKey(tenant, part));

    public static ITenantPartGrain Part(IGrainFactory grains, string tenant, DateTimeOffset acceptedAt, string id) => Part(grains, tenant, PartOf(acceptedAt, id));

    public static ITenantContentsGrain Hour(IGrainFactory grains, string tenant, long hour) => grains.GetGrain<ITenantContentsGrain>(HourKey(tenant, hour));

    public static ITenantContentsGrain Hours(IGrainFactory grains, string tenant) => grains.GetGrain<ITenantContentsGrain>(HoursKey(tenant));

    // The tenant comes last: it may have any character in it.
    public static string PartKey(string tenant, long part) => string.Create(CultureInfo.InvariantCulture, $"{part}/{tenant}");

    public static string HourKey(string tenant, long hour) => string.Create(CultureInfo.InvariantCulture, $"{hour}/{tenant}");

    public static string HoursKey(string tenant) => $"all/{tenant}";

    /// <returns>A null number for <see cref="HoursKey"/>.</returns>
    public static (string Tenant, long? Number) Parse(string key)
    {
        int end = key.IndexOf('/', StringComparison.Ordinal);
        return (key[(end + 1)..], long.TryParse(key.AsSpan(0, end), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null);
    }
}
