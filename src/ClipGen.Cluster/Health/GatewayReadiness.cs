namespace ClipGen.Cluster.Health;

/// <summary>A gateway is ready when some model has every stage on devices that have reproduced their known answers.</summary>
internal sealed class GatewayReadiness(IGrainFactory grains) : IReadiness
{
    public async Task<IReadOnlyList<string>> ProblemsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var devices = await grains.GetGrain<IClusterDirectoryGrain>(0).DevicesAsync().WaitAsync(cancellationToken);
            var serving = devices.Where(d => !d.Draining && d.Trouble is null).ToList();
            if (serving.Count == 0) return devices.Count == 0 ? ["No device is in service yet."] : [.. devices.Select(d => $"{d.Key}: {d.Trouble ?? "It is being stopped."}").Distinct()];
            var offered = serving.GroupBy(d => (d.Model.Name, d.Model.Digest)).Select(m => (Model: m.Key.Name, Stages: m.Aggregate(DeviceStages.None, (all, d) => all | d.Stages))).ToList();
            if (offered.Any(m => m.Stages == DeviceStages.All)) return [];
            return [.. offered.Select(m => $"No device offers {DeviceStages.All & ~m.Stages} for the model '{m.Model}'.")];
        }
        catch (Exception e) when (e is OrleansException or TimeoutException)
        {
            return [$"The cluster does not answer: {e.Message}"];
        }
    }

    public Task<IReadOnlyList<string>> StartingAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);
}
