using System.Globalization;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Serving;

/// <summary>What <c>clipgen serve</c> was asked; null leaves it to the other sources of configuration.</summary>
internal sealed record ServeSettings(
    string? Http, string? Data, string? Roles, string? Cluster, string? Name, int? Port, string? Devices, string? Models, string? Stages, int? Slots, int? Threads, string? Images)
{
    /// <summary>The same by configuration key.</summary>
    public IEnumerable<KeyValuePair<string, string?>> ToConfiguration()
    {
        var settings = new List<KeyValuePair<string, string?>>();
        void Set(string key, string? value) { if (value is not null) settings.Add(new($"ClipGen:{key}", value)); }
        void SetList(string key, string? values)
        {
            string[] parts = values?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
            for (int i = 0; i < parts.Length; i++) Set($"{key}:{i}", parts[i]);
        }

        Set("Http:Listen", Http);
        Set("Cluster:DataFolder", Data);
        SetList("Cluster:Roles", Roles);
        Set("Cluster:Connection", Cluster);
        Set("Cluster:SiloName", Name);
        Set("Cluster:SiloPort", Port?.ToString(CultureInfo.InvariantCulture));
        SetList("Devices:Names", Devices);
        SetList("Devices:Models", Models);
        SetList("Devices:Stages", Stages);
        Set("Engine:Slots", Slots?.ToString(CultureInfo.InvariantCulture));
        Set("Simulation:Slots", Slots?.ToString(CultureInfo.InvariantCulture));
        Set("Engine:Threads", Threads?.ToString(CultureInfo.InvariantCulture));
        settings.AddRange(ImagesOption.ToConfiguration(Images));
        return settings;
    }
}
