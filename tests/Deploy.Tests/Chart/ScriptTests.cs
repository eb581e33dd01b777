using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>The chart's scripts and commands do what they are there for: they are run.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-deploy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_bundle_is_fetched_once()
    {
        var (url, sha256) = Archive("bundle.json", "weights");

        var first = await PullAsync(url, sha256);
        Assert.True(first.ExitCode == 0, first.Errors);
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(_folder, "models", "coco", "bundle.json"), TestContext.Current.CancellationToken));

        File.Delete(new Uri(url).LocalPath);
        var second = await PullAsync(url, sha256);
        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.Contains("there already", second.Output);
    }

    [Fact]
    public async Task Another_archive_than_was_asked_for_is_not_unpacked()
    {
        var (url, _) = Archive("bundle.json");

        var outcome = await PullAsync(url, new string('0', 64));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("instead of 0000", outcome.Errors);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "models")));
    }

    [Fact]
    public async Task An_archive_without_a_bundle_is_none()
    {
        var (url, sha256) = Archive("readme");

        var outcome = await PullAsync(url, sha256);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("no bundle.json", outcome.Errors);
        Assert.False(Directory.Exists(Path.Combine(_folder, "models", "coco")));
    }

    [Fact]
    public async Task A_new_version_takes_the_old_ones_place()
    {
        var (url, sha256) = Archive("bundle.json", "old");
        Assert.Equal(0, (await PullAsync(url, sha256)).ExitCode);
        (url, sha256) = Archive("bundle.json", "new");

        Assert.Equal(0, (await PullAsync(url, sha256)).ExitCode);

        Assert.Equal(["bundle.json", "new"], Directory.GetFiles(Path.Combine(_folder, "models", "coco")).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("""{"created":1,"data":[{"b64_json":"iVBORw0KGgoAAAA"}]}""", 200, 0, "An image was made.")]
    [InlineData("""{"created":1,"data":[{"b64_json":"R0lGODdh"}]}""", 200, 1, "The answer holds no PNG")]
    [InlineData("""{"error":{"message":"The queue is full."}}""", 429, 1, "The queue is full.")]
    public async Task The_test_looks_at_the_image(string answer, int status, int exitCode, string says)
    {
        var seen = new List<string>();
        await using var gateway = await GatewayAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen.Add($"{context.Request.Path} {context.Request.Headers.Authorization} {await reader.ReadToEndAsync()}".Trim());
            if (context.Request.Path == "/health/ready") return;
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(answer);
        });

        var outcome = await RunAsync("sh", [Path.Combine(Helm.ChartFolder, "files", "test.sh"), gateway.Urls.First(), """{"prompt":"a \"ring\""}""", "10"], ("API_KEY", "cg-key"), ("TMPDIR", _folder));

        Assert.Equal((exitCode, true), (outcome.ExitCode, (outcome.Output + outcome.Errors).Contains(says, StringComparison.Ordinal)));
        Assert.Equal(["/health/ready", """/v1/images/generations Bearer cg-key {"prompt":"a \"ring\""}"""], seen);
    }

    [Fact]
    public async Task The_test_waits_for_devices()
    {
        int asked = 0;
        await using var gateway = await GatewayAsync(async context =>
        {
            if (context.Request.Path == "/health/ready")
            {
                if (++asked < 2) context.Response.StatusCode = 503;
                return;
            }
            await context.Response.WriteAsync("""{"data":[{"b64_json":"iVBORw0KGgoAAAA"}]}""");
        });

        var outcome = await RunAsync("sh", [Path.Combine(Helm.ChartFolder, "files", "test.sh"), gateway.Urls.First(), "{}", "30"], ("TMPDIR", _folder));

        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Equal(2, asked);
    }

    // The container's own command, with its folders moved here.
    [Fact]
    public async Task Redis_starts_with_its_password_and_its_file()
    {
        Parts.Require(Parts.Find("redis-server") is not null, "redis-server");
        var rendering = await Helm.RenderAsync("ci/default");
        int port = Ports.Free();
        string config = Path.Combine(_folder, "redis.conf");
        await File.WriteAllTextAsync(config, rendering.One<V1ConfigMap>("-redis").Data["redis.conf"].Replace("/data", _folder, StringComparison.Ordinal).Replace("6379", $"{port}", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var container = rendering.One<V1StatefulSet>("-redis").Spec.Template.Spec.Containers[0];
        string command = container.Command[2].Replace("/etc/redis/redis.conf", config, StringComparison.Ordinal);

        using var redis = Start("sh", ["-c", command], ("REDISCLI_AUTH", "correcthorse"));
        try
        {
            while (await redis.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("Ready to accept", StringComparison.Ordinal))
            {
            }
            Assert.DoesNotContain("correcthorse", await File.ReadAllTextAsync($"/proc/{redis.Id}/cmdline", TestContext.Current.CancellationToken));
            string probe = container.ReadinessProbe.Exec.Command[2].Replace("redis-cli", $"redis-cli -p {port}", StringComparison.Ordinal);
            Assert.Equal(0, (await RunAsync("sh", ["-c", probe], ("REDISCLI_AUTH", "correcthorse"))).ExitCode);
            Assert.NotEqual(0, (await RunAsync("sh", ["-c", probe], ("REDISCLI_AUTH", "wrong"))).ExitCode);
            Assert.Contains("NOAUTH", (await RunAsync("redis-cli", ["-p", $"{port}", "ping"])).Output);
            Assert.Contains("always", (await RunAsync("redis-cli", ["-p", $"{port}", "config", "get", "appendfsync"], ("REDISCLI_AUTH", "correcthorse"))).Output);
            Assert.True(Directory.Exists(Path.Combine(_folder, "appendonlydir")));
        }
        finally
        {
            redis.Kill();
            await redis.WaitForExitAsync(CancellationToken.None);
        }
    }

    private sealed record Outcome(int ExitCode, string Output, string Errors);

    private Task<Outcome> PullAsync(string url, string sha256)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "models"));
        return RunAsync("sh", [Path.Combine(Helm.ChartFolder, "files", "pull.sh"), "coco", url, sha256], ("MODELS", Path.Combine(_folder, "models")));
    }

    private (string Url, string Sha256) Archive(params string[] files)
    {
        string path = Path.Combine(_folder, "coco.tar.gz");
        using (var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        using (var tar = new TarWriter(zip))
        {
            foreach (string file in files) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes("{}")) });
        }
        return (new Uri(path).AbsoluteUri, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
    }

    private static async Task<WebApplication> GatewayAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static Process Start(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<Outcome> RunAsync(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        using var process = Start(program, arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await errors);
    }
}
