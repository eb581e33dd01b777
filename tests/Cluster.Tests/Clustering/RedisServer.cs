using System.Diagnostics;
using System.Globalization;
using System.Net;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Clustering;

/// <summary>A real redis-server with a folder and a port of its own, there as long as the tests that share it.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Process? _process;

    private static string? Program { get; } = Parts.Find("redis-server");

    /// <summary>Skips the test, by name, where there is no redis-server.</summary>
    public string Connection
    {
        get
        {
            Parts.Require(_process is not null, "redis-server");
            return $"redis://127.0.0.1:{Port}";
        }
    }

    public int Port { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (Program is not null) await StartAsync();
    }

    public async Task StartAsync()
    {
        if (Port == 0) Port = Ports.Free();
        string[] arguments = ["--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--dir", _folder.Path, "--appendonly", "yes", "--save", "", "--daemonize", "no"];
        _process = Process.Start(new ProcessStartInfo(Program!, arguments) { RedirectStandardOutput = true })!;
        for (string log = ""; ; log += "\n")
        {
            string line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"redis-server did not start:\n{log}");
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal)) break;
            log += line;
        }
        _ = _process.StandardOutput.ReadToEndAsync();   // a full pipe would stop it
    }

    /// <summary>As kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await KillAsync();
        _folder.Dispose();
    }
}
