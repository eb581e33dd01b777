using System.Net;
using System.Net.Sockets;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Chaos;

/// <summary>Redis, gateways and silos with devices, each in a process of its own.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private ChaosCluster(RedisChild redis, IReadOnlyList<SiloChild> silos) => (Redis, Silos) = (redis, silos);

    public RedisChild Redis { get; }

    public IReadOnlyList<SiloChild> Silos { get; }

    public int UnexpectedEnds => Silos.Sum(s => s.UnexpectedEnds) + Redis.UnexpectedEnds;

    public static async Task<ChaosCluster> StartAsync(ChaosSettings settings, string folder, CancellationToken cancellationToken)
    {
        string logs = Directory.CreateDirectory(Path.Combine(folder, "logs")).FullName;
        var redis = new RedisChild(settings.FindRedis(), Directory.CreateDirectory(Path.Combine(folder, "redis")).FullName, FreePort(), logs);
        List<SiloChild> silos =
        [
            .. Enumerable.Range(0, settings.Gateways).Select(i => new SiloChild($"gateway-{i}", "gateway", redis.Connection, folder, logs)),
            .. Enumerable.Range(0, settings.Gpus).Select(i => new SiloChild($"gpu-{i}", "gpu", redis.Connection, folder, logs)),
        ];
        var cluster = new ChaosCluster(redis, silos);
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
        // All at once: whoever is asked to end the run may not wait long.
        foreach (var child in Silos.Append<Child>(Redis)) child.Kill();
        await Task.WhenAll(Silos.Append<Child>(Redis).Select(child => child.DisposeAsync().AsTask()));
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
