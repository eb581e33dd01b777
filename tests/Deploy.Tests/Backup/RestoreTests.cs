using System.Diagnostics;
using ClipGen.Deploy.Tests.Chart;
using k8s.Models;

namespace ClipGen.Deploy.Tests.Backup;

/// <summary>deploy/docs/backup.md: a file of <c>redis-cli --rdb</c> becomes a Redis with the chart's configuration again.</summary>
public sealed class RestoreTests : IDisposable
{
    private static readonly string Script = Path.Combine(Repository.Root, "deploy", "backup", "restore-redis.sh");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_there_is_there_again()
    {
        await using (var redis = await StartAsync("before"))
        {
            await redis.AskAsync("hset", "generation", "state", "accepted");
            await redis.AskAsync("--rdb", Path.Combine(_folder, "dump.rdb"));
        }
        Assert.Equal(0, await RestoreAsync("after", "dump.rdb"));

        // Twice: what it has restored it has also written.
        for (int start = 0; start < 2; start++)
        {
            await using var redis = await StartAsync("after");
            Assert.Equal("accepted", await redis.AskAsync("hget", "generation", "state"));
        }
    }

    [Fact]
    public async Task A_Redis_with_data_is_not_written_over()
    {
        await using (var redis = await StartAsync("before"))
        {
            await redis.AskAsync("set", "key", "kept");
            await redis.AskAsync("--rdb", Path.Combine(_folder, "dump.rdb"));
        }

        Assert.Equal(1, await RestoreAsync("before", "dump.rdb"));

        await using var again = await StartAsync("before");
        Assert.Equal("kept", await again.AskAsync("get", "key"));
    }

    [Fact]
    public async Task Something_else_than_a_dump_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "dump.rdb"), "error: NOAUTH", TestContext.Current.CancellationToken);

        Assert.Equal(1, await RestoreAsync("after", "dump.rdb"));

        Assert.Empty(Directory.GetFileSystemEntries(Directory.CreateDirectory(Path.Combine(_folder, "after")).FullName));
    }

    private async Task<int> RestoreAsync(string folder, string dump)
    {
        using var script = Process.Start(new ProcessStartInfo("sh", ["-c", "exec sh \"$0\" \"$1\" < \"$2\"", Script, Path.Combine(_folder, folder), Path.Combine(_folder, dump)]) { RedirectStandardError = true })!;
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        return script.ExitCode;
    }

    /// <summary>A Redis with the chart's configuration on a folder of this test.</summary>
    private async Task<Server> StartAsync(string name)
    {
        Parts.Require(Parts.Find("redis-server") is not null, "redis-server");
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName, config = Path.Combine(_folder, "redis.conf");
        int port = Ports.Free();
        string text = (await Helm.RenderAsync("ci/default")).One<V1ConfigMap>("-redis").Data["redis.conf"];
        await File.WriteAllTextAsync(config, text.Replace("dir /data", $"dir {folder}", StringComparison.Ordinal).Replace("port 6379", $"port {port}", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var process = Process.Start(new ProcessStartInfo("redis-server", [config]) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("Ready to accept", StringComparison.Ordinal))
        {
        }
        return new(process, port);
    }

    private sealed class Server(Process process, int port) : IAsyncDisposable
    {
        /// <summary>What redis-cli says, a line.</summary>
        public async Task<string> AskAsync(params string[] command)
        {
            using var client = Process.Start(new ProcessStartInfo("redis-cli", ["-p", $"{port}", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string answer = await client.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await client.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, client.ExitCode);
            return answer.Trim();
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
