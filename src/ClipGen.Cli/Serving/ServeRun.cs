using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Gateway;
using ClipGen.Silo;
using Microsoft.AspNetCore.Builder;

namespace ClipGen.Cli.Serving;

/// <summary>Runs a silo until it is told to stop.</summary>
internal static class ServeRun
{
    public static async Task<int> RunAsync(ServeSettings settings, CancellationToken cancellationToken)
    {
        var builder = ClipGenHost.CreateBuilder(settings.ToConfiguration(), silo =>
        {
            if (ClusterOptions.OfRoles(silo.Configuration).HasRole(SiloRoles.Gpu)) silo.UseClipGenDevices();
        });
        bool isGateway = ClusterOptions.OfRoles(builder.Configuration).HasRole(SiloRoles.Gateway);
        if (isGateway) builder.AddClipGenApi();
        await using var app = builder.BuildClipGen();
        if (isGateway) app.MapClipGenApi();
        return await app.RunToEndAsync(cancellationToken);
    }
}
