using System.Collections.Immutable;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Cluster.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace ClipGen.Cli.Joining;

/// <summary>
/// This process as a member of the cluster that hosts no grains: it learns of a silo's death as soon as the silos do. Should the
/// others take it for dead itself, on a busy machine, it joins anew.
/// </summary>
internal sealed class ClientSilo : IFatalErrorHandler, IAsyncDisposable
{
    private readonly string _connection, _name;
    private readonly string? _folder;
    private readonly ILoggerProvider? _log;
    private readonly SemaphoreSlim _joining = new(1, 1);
    private volatile WebApplication? _app;
    private volatile bool _disposed;

    private ClientSilo(string connection, string name, string? folder, ILoggerProvider? log) => (_connection, _name, _folder, _log) = (connection, name, folder, log);

    /// <summary>Times that it had to join anew.</summary>
    public int Rejoined { get; private set; }

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    /// <summary>Where this process takes the cluster's images to be.</summary>
    public IImageStore Images => Services.GetRequiredService<IImageStore>();

    /// <summary>Whether the cluster has no other member.</summary>
    public bool IsAlone => !Members.Values.Any(m => m.Status is SiloStatus.Active && m.Name != _name);

    private IServiceProvider Services => (_app ?? throw new OrleansException("This process is about to join the cluster.")).Services;

    private ImmutableDictionary<SiloAddress, ClusterMember> Members => _app?.Services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.Members ?? ImmutableDictionary<SiloAddress, ClusterMember>.Empty;

    /// <param name="name">Unlike any other member's.</param>
    /// <param name="folder">The cluster's data folder as this process sees it; null leaves it to the other sources of configuration.</param>
    /// <param name="log">Where its log goes, and is disposed with it; null for nowhere.</param>
    /// <exception cref="ClusterConnectionException">What leads to the cluster does not answer.</exception>
    public static async Task<ClientSilo> StartAsync(string connection, string name, string? folder, ILoggerProvider? log, CancellationToken cancellationToken)
    {
        var client = new ClientSilo(connection, name, folder, log);
        try
        {
            await client.JoinAsync(cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
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
        _log?.Dispose();
        _joining.Dispose();
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string?>> settings =
        [
            new($"{ClusterOptions.SectionName}:Connection", _connection),
            new($"{ClusterOptions.SectionName}:Roles:0", SiloRoles.Client),
            new($"{ClusterOptions.SectionName}:SiloName", _name),
            new($"{ClusterOptions.SectionName}:SiloPort", "0"),
            new($"{HttpOptions.SectionName}:Listen", "127.0.0.1:0"),
        ];
        if (_folder is not null) settings.Add(new($"{ClusterOptions.SectionName}:DataFolder", _folder));
        var builder = ClipGenHost.CreateBuilder(settings, _ => { });
        builder.Logging.ClearProviders();
        if (_log is not null) builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<IFatalErrorHandler>(this);
        var app = builder.BuildChecked();
        try
        {
            await app.StartAsync(cancellationToken);
            _app = app;
        }
        catch
        {
            // What led here is the failure to report; a host that has not got as far as its services cannot even be stopped.
            await EndAsync(app).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
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
                catch (Exception e) when (e is OrleansException or ClusterConnectionException or TimeoutException or OperationCanceledException)
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
        await EndAsync(app);
    }

    /// <summary>Stops one that has only half started, too: disposed alone it would go on by half.</summary>
    private static async Task EndAsync(WebApplication app)
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await app.StopAsync(atOnce.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or OrleansException or AggregateException)
        {
            // It leaves as it may.
        }
        finally
        {
            await app.DisposeAsync();
        }
    }
}
