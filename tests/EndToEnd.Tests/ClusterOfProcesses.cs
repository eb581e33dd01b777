using System.Diagnostics;
using System.Text.Json;

namespace ClipGen.EndToEnd.Tests;

/// <summary>A real redis-server, and silos in processes of their own. Everything is killed at the end.</summary>
public sealed class ClusterOfProcesses : IAsyncLifetime
{
    private static readonly string? RedisProgram = Parts.Find("redis-server");

    private readonly TemporaryFolder folder = new();
    private readonly List<ServeProcess> silos = [];
    private Process? redis;
    private int port;

    internal static bool HasRedis => RedisProgram is not null;

    /// <summary>Redis' address; another database is another cluster. Skips the test, by name, where there is no redis-server.</summary>
    public string Connection(int database = 0)
    {
        Parts.Require(RedisProgram is not null, "redis-server");
        return $"redis://127.0.0.1:{port}/{database}";
    }

    /// <summary>The folder that its processes run in.</summary>
    internal string Folder => folder.Path;

    /// <summary>The data folder of a silo.</summary>
    public string DataOf(string silo) => folder[silo];

    public async ValueTask InitializeAsync()
    {
        if (RedisProgram is null) return;
        port = Ports.Free();
        redis = Process.Start(new ProcessStartInfo(RedisProgram, ["--bind", "127.0.0.1", "--port", $"{port}", "--dir", folder.Path, "--save", "", "--daemonize", "no"]) { RedirectStandardOutput = true })!;
        await ServeProcess.ReadUntilAsync(redis, "Ready to accept connections");
    }

    /// <summary>Starts a silo; returns when its health endpoint says that it lives, or that it is ready.</summary>
    public Task<Silo> StartAsync(string name, int database, string health, params string[] arguments) => StartAsync(name, database, health, new Dictionary<string, string>(), arguments);

    /// <inheritdoc cref="StartAsync(string, int, string, string[])"/>
    /// <param name="environment">Added to this process's own.</param>
    public async Task<Silo> StartAsync(string name, int database, string health, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var silo = new ServeProcess(folder.Path, environment, ["--cluster", Connection(database), "--name", name, "--data", DataOf(name), .. arguments]);
        silos.Add(silo);
        return new(silo.Process, await silo.UntilAsync(health));
    }

    /// <summary>Returns when a gateway knows of so many devices: it hears of each within a second or two of its being ready.</summary>
    public static async Task UntilDevicesAsync(Uri gateway, int devices)
    {
        using var client = new HttpClient { BaseAddress = gateway };
        while (await KnownAsync() < devices) await Task.Delay(200, TestContext.Current.CancellationToken);

        async Task<int> KnownAsync()
        {
            string cluster = await client.GetStringAsync(new Uri("/v1/cluster", UriKind.Relative), TestContext.Current.CancellationToken);
            return JsonElement.Parse(cluster).GetProperty("devices").GetArrayLength();
        }
    }

    /// <param name="Address">Where it answers HTTP.</param>
    public sealed record Silo(Process Process, Uri Address);

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in silos) await silo.DisposeAsync();
        if (redis is not null)
        {
            redis.Kill();
            await redis.WaitForExitAsync();
            redis.Dispose();
        }
        folder.Dispose();
    }
}
