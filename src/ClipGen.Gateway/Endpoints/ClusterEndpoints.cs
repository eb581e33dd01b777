using ClipGen.Client.Wire;
using ClipGen.Cluster.Placement;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClipGen.Gateway.Endpoints;

/// <summary>The cluster as it is now, for dashboards.</summary>
internal static class ClusterEndpoints
{
    public static void Map(IEndpointRouteBuilder app) => app
        .MapGet("/v1/cluster", async (IGrainFactory grains, IClusterMembershipService membership, CancellationToken token) =>
            WireResults.Ok(await ClusterAsync(grains, membership, token), WireResults.Json.ClusterResource))
        .WithName("getCluster").WithSummary("Silos, devices and queues, and what they have got done of late.").Produces<ClusterResource>().ProducesErrors(401, 503);

    private static async Task<ClusterResource> ClusterAsync(IGrainFactory grains, IClusterMembershipService membership, CancellationToken cancellationToken)
    {
        var devices = await grains.GetGrain<IClusterDirectoryGrain>(0).DevicesAsync().WaitAsync(cancellationToken);
        string[] models = [.. devices.Select(d => d.Model.Name).Distinct().Order(StringComparer.Ordinal)];
        var gateways = await Task.WhenAll(models.Select(m => grains.GetGrain<IGatewayGrain>(m).GetStatusAsync())).WaitAsync(cancellationToken);
        var free = models.Zip(gateways, (model, gateway) => gateway.Devices.Select(d => (model, d.Key, d.Free))).SelectMany(d => d).ToDictionary(d => (d.model, d.Key), d => d.Free);
        return new()
        {
            Silos =
            [
                .. membership.CurrentSnapshot.Members.Values
                    .Where(m => m.Status is not (SiloStatus.Dead or SiloStatus.None))
                    .OrderBy(m => m.Name, StringComparer.Ordinal)
                    .Select(m => new ClusterSilo { Name = m.Name, Status = m.Status.ToString().ToLowerInvariant(), Devices = devices.Where(d => SiloOf(d) == m.Name).Select(d => d.Key).Distinct().Count() }),
            ],
            Devices =
            [
                .. devices.OrderBy(d => d.Key, StringComparer.Ordinal).ThenBy(d => d.Model.Name, StringComparer.Ordinal).Select(d => new ClusterDevice
                {
                    Key = d.Key,
                    Silo = SiloOf(d),
                    Kind = d.Kind,
                    Model = d.Model.Name,
                    Slots = d.Slots,
                    Free = free.GetValueOrDefault((d.Model.Name, d.Key)),
                    Draining = d.Draining,
                    Trouble = d.Trouble,
                    SecondsPerCandidate = d.SecondsPerCandidate > 0 ? d.SecondsPerCandidate : null,
                }),
            ],
            Queues =
            [
                .. models.Zip(gateways, (model, gateway) => new QueueResource
                {
                    Model = model,
                    Waiting = gateway.Waiting,
                    Unfinished = gateway.Unfinished,
                    EtaErrorMedian = gateway.EtaError.Median,
                    ImagesPerSecond = gateway.Recent?.ImagesPerSecond,
                    LatencyP50 = gateway.Recent?.LatencyP50,
                    LatencyP95 = gateway.Recent?.LatencyP95,
                }),
            ],
        };
    }

    private static string SiloOf(DeviceReport device) => DeviceKey.Parse(device.Key).Silo;
}
