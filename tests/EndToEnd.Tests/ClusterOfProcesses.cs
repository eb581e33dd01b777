using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ClipGen.EndToEnd.Tests;

/// <summary>A real redis-server, and silos in processes of their own. Everything is killed at the end.</summary>
public sealed class ClusterOfProcesses : IAsyncLifetime
{
    private const string Listening = "Now listening on: ";

    private static readonly string? RedisProgram = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(path => Path.Combine(path, "redis-server"))
        .FirstOrDefault(File.Exists);

    private readonly TemporaryFolder folder = new();
    private readonly List<Process> processes = [];
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
        port = FreePort();
        var redis = Process.Start(new ProcessStartInfo(RedisProgram, ["--bind", "127.0.0.1", "--port", $"{port}", "--dir", folder.Path, "--save", "", "--daemonize", "no"]) { RedirectStandardOutput = true })!;
        processes.Add(redis);
        await ReadUntilAsync(redis, "Ready to accept connections");
    }

    /// <summary>Starts a silo; returns when its health endpoint says that it lives, or that it is ready.</summary>
    public Task<Silo> StartAsync(string name, int database, string health, params string[] arguments) => StartAsync(name, database, health, new Dictionary<string, string>(), arguments);

    /// <inheritdoc cref="StartAsync(string, int, string, string[])"/>
    /// <param name="environment">Added to this process's own.</param>
    public async Task<Silo> StartAsync(string name, int database, string health, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var process = new Clipgen(folder.Path).Start(environment, ["serve", "--cluster", Connection(database), "--name", name, "--port", "0", "--http", "127.0.0.1:0", "--data", DataOf(name), .. arguments]);
        processes.Add(process);
        _ = process.StandardError.ReadToEndAsync();
        string line = await ReadUntilAsync(process, Listening);
        var address = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim());
        using var http = new HttpClient { BaseAddress = address };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!await AnswersAsync(http, health)) await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        return new(process, address);
    }

    /// <param name="Address">Where it answers HTTP.</param>
    public sealed record Silo(Process Process, Uri Address);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes) process.Kill();
        foreach (var process in processes)
        {
            await process.WaitForExitAsync();
            process.Dispose();
        }
        folder.Dispose();
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string health)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(health, UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<string> ReadUntilAsync(Process process, string text)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.Contains(text, StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.ReadToEndAsync();   // a full pipe would stop it
            return line;
        }
        throw new InvalidOperationException($"{process.StartInfo.FileName} ended before it said '{text}'.");
    }

    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
