using System.Collections.Immutable;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace ClipGen.Cli.Chaos;

/// <summary>
/// This process as a member of the cluster that hosts no grains: it learns of a silo's death as soon as the silos do. Should the
/// others take it for dead itself, on a busy machine, it joins anew.
/// </summary>
internal sealed class ClientSilo : IFatalErrorHandler, IAsyncDisposable
{
    private readonly string _connection, _folder;
    private readonly ILoggerProvider _log;
    private readonly SemaphoreSlim _joining = new(1, 1);
    private volatile WebApplication? _app;
    private volatile bool _disposed;

    private ClientSilo(string connection, string folder) => (_connection, _folder, _log) = (connection, folder, new FileLog(Path.Combine(folder, "logs", "client.log")));

    /// <summary>Times that it had to join anew.</summary>
    public int Rejoined { get; private set; }

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    private IServiceProvider Services => (_app ?? throw new OrleansException("This process is about to join the cluster.")).Services;

    private ImmutableDictionary<SiloAddress, ClusterMember> Members => _app?.Services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.Members ?? ImmutableDictionary<SiloAddress, ClusterMember>.Empty;

    public static async Task<ClientSilo> StartAsync(string connection, string folder, CancellationToken cancellationToken)
    {
        var client = new ClientSilo(connection, folder);
        await client.JoinAsync(cancellationToken);
        return client;
    }

    /// <summary>The silo of that name that the cluster takes for alive; null where there is none.</summary>
    public SiloAddress? Find(string name) => Members.FirstOrDefault(m => m.Value.Name == name && m.Value.Status is SiloStatus.Active).Key;

    public bool IsAlive(SiloAddress silo) => _app is null || (Members.TryGetValue(silo, out var member) && member.Status is SiloStatus.Active);

    bool IFatalErrorHandler.IsUnexpected(Exception exception) => false;

    // Orleans would end the process here, and leave its children behind.
    void IFatalErrorHandler.OnFatalException(object? sender, string? context, Exception? exception) => _ = RejoinAsync();

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _joining.WaitAsync();
        await LeaveAsync();
        _log.Dispose();
        _joining.Dispose();
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var builder = ClipGenHost.CreateBuilder(
        [
            new($"{ClusterOptions.SectionName}:Connection", _connection),
            new($"{ClusterOptions.SectionName}:Roles:0", SiloRoles.Client),
            new($"{ClusterOptions.SectionName}:SiloName", "client"),
            new($"{ClusterOptions.SectionName}:SiloPort", "0"),
            new($"{ClusterOptions.SectionName}:DataFolder", Path.Combine(_folder, "client")),
            new($"{HttpOptions.SectionName}:Listen", "127.0.0.1:0"),
        ], _ => { });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<IFatalErrorHandler>(this);
        var app = builder.Build();
        await app.StartAsync(cancellationToken);
        _app = app;
    }

    private async Task RejoinAsync()
    {
        await Task.Yield();
        if (_disposed || !await _joining.WaitAsync(0)) return;
        try
        {
            Rejoined++;
            await LeaveAsync();
            while (!_disposed && _app is null)
            {
                try
                {
                    await JoinAsync(CancellationToken.None);
                }
                catch (Exception e) when (e is OrleansException or ClusterConnectionException or TimeoutException)
                {
                    await Task.Delay(500);
                }
            }
        }
        finally
        {
            _joining.Release();
        }
    }

    private async Task LeaveAsync()
    {
        if (_app is not { } app) return;
        _app = null;
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await app.StopAsync(atOnce.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or OrleansException or AggregateException)
        {
            // It leaves as it may.
        }
        await app.DisposeAsync();
    }
}
