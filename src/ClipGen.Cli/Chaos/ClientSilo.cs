using System.Collections.Immutable;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace ClipGen.Cli.Chaos;

/// <summary>This process as a member of the cluster that hosts no grains: it learns of a silo's death as soon as the silos do.</summary>
internal sealed class ClientSilo : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ClientSilo(WebApplication app) => _app = app;

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public static async Task<ClientSilo> StartAsync(string connection, string folder, CancellationToken cancellationToken)
    {
        var builder = ClipGenHost.CreateBuilder(
        [
            new($"{ClusterOptions.SectionName}:Connection", connection),
            new($"{ClusterOptions.SectionName}:Roles:0", SiloRoles.Client),
            new($"{ClusterOptions.SectionName}:SiloName", "client"),
            new($"{ClusterOptions.SectionName}:SiloPort", "0"),
            new($"{ClusterOptions.SectionName}:DataFolder", Path.Combine(folder, "client")),
            new($"{HttpOptions.SectionName}:Listen", "127.0.0.1:0"),
        ], _ => { });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new FileLog(Path.Combine(folder, "logs", "client.log")));
        var app = builder.Build();
        await app.StartAsync(cancellationToken);
        return new(app);
    }

    /// <summary>The silo of that name that the cluster takes for alive; null where there is none.</summary>
    public SiloAddress? Find(string name) => Members.FirstOrDefault(m => m.Value.Name == name && m.Value.Status is SiloStatus.Active).Key;

    public bool IsAlive(SiloAddress silo) => Members.TryGetValue(silo, out var member) && member.Status is SiloStatus.Active;

    private ImmutableDictionary<SiloAddress, ClusterMember> Members => _app.Services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.Members;

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(atOnce.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync();
    }
}
