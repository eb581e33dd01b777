using ClipGen.Cluster.Clustering;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Placement;

/// <inheritdoc cref="IClusterDirectoryGrain"/>
[Reentrant, GatewayRole]
internal sealed class ClusterDirectoryGrain(TimeProvider time) : Grain, IClusterDirectoryGrain
{
    /// <summary>Reports come every second.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, (IReadOnlyList<DeviceReport> Devices, long At)> _silos = new(StringComparer.Ordinal);

    public Task AnnounceAsync(string silo, IReadOnlyList<DeviceReport> devices)
    {
        _silos[silo] = (devices, time.GetTimestamp());
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<string>> ModelsAsync() =>
        [.. (await DevicesAsync()).Select(d => d.Model.Name).Distinct().Order(StringComparer.Ordinal)];

    public Task<IReadOnlyList<DeviceReport>> DevicesAsync()
    {
        foreach (string silent in _silos.Where(s => time.GetElapsedTime(s.Value.At) > Silence).Select(s => s.Key).ToArray()) _silos.Remove(silent);
        return Task.FromResult<IReadOnlyList<DeviceReport>>([.. _silos.Values.SelectMany(s => s.Devices)]);
    }
}
