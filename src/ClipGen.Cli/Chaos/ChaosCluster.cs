using System.Net;
using System.Net.Sockets;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Chaos;

/// <summary>
/// Redis, gateways and silos with devices, each in a process of its own. They end with this one: at once when the run is cancelled, by
/// this process's own end, and by a <see cref="Guard"/> should it be killed.
/// </summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private readonly Guard _guard;
    private readonly CancellationTokenRegistration _cancelled;

    private ChaosCluster(RedisChild redis, IReadOnlyList<SiloChild> silos, Guard guard, CancellationToken cancellationToken)
    {
        (Redis, Silos, _guard) = (redis, silos, guard);
        AppDomain.CurrentDomain.ProcessExit += End;
        _cancelled = cancellationToken.Register(() => End(null, EventArgs.Empty));
    }

    public RedisChild Redis { get; }

    public IReadOnlyList<SiloChild> Silos { get; }

    public int UnexpectedEnds => Silos.Sum(s => s.UnexpectedEnds) + Redis.UnexpectedEnds;

    public static async Task<ChaosCluster> StartAsync(ChaosSettings settings, string folder, CancellationToken cancellationToken)
    {
        string logs = Directory.CreateDirectory(Path.Combine(folder, "logs")).FullName;
        string redisServer = settings.FindRedis();
        var guard = new Guard();
        var redis = new RedisChild(redisServer, Directory.CreateDirectory(Path.Combine(folder, "redis")).FullName, FreePort(), logs, guard);
        List<SiloChild> silos =
        [
            .. Enumerable.Range(0, settings.Gateways).Select(i => new SiloChild($"gateway-{i}", "gateway", redis.Connection, folder, logs, guard)),
            .. Enumerable.Range(0, settings.Gpus).Select(i => new SiloChild($"gpu-{i}", "gpu", redis.Connection, folder, logs, guard)),
        ];
        var cluster = new ChaosCluster(redis, silos, guard, cancellationToken);
        try
        {
            redis.Start();
            await WaitAsync(() => redis.IsReady, "Redis", logs, cancellationToken);
            foreach (var silo in silos) silo.Start();
            await cluster.WaitUntilReadyAsync(logs, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        End(null, EventArgs.Empty);
        await _cancelled.DisposeAsync();
        AppDomain.CurrentDomain.ProcessExit -= End;
        await Task.WhenAll(Silos.Append<Child>(Redis).Select(child => child.DisposeAsync().AsTask()));
        _guard.Dispose();
    }

    /// <summary>All at once: whoever is asked to end the run may not wait long.</summary>
    private void End(object? sender, EventArgs e)
    {
        foreach (var child in Silos.Append<Child>(Redis)) child.End();
    }

    private Task WaitUntilReadyAsync(string logs, CancellationToken cancellationToken) => WaitAsync(() => Silos.All(s => s.IsReady), "The cluster", logs, cancellationToken);

    private static async Task WaitAsync(Func<bool> ready, string what, string logs, CancellationToken cancellationToken)
    {
        for (var end = DateTime.UtcNow.AddMinutes(2); !ready(); await Task.Delay(50, cancellationToken))
        {
            if (DateTime.UtcNow > end) throw new CommandException($"{what} was not ready after two minutes; {logs} may tell why (--keep leaves it there).");
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
