using System.Text.Json;

namespace ClipGen.EndToEnd.Tests;

/// <summary><c>clipgen generate --cluster</c> on silos in processes of their own, over a real Redis.</summary>
public sealed class JoinedGenerateTests(RandomModel noise, ClusterOfProcesses cluster) : IClassFixture<ClusterOfProcesses>, IDisposable
{
    private const int Whole = 0, Nobody = 1, WithoutDevices = 2;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_cluster_draws_what_the_embedded_run_draws_byte_for_byte()
    {
        await Task.WhenAll(
            cluster.StartAsync("gateway-0", Whole, "/health/live", "--roles", "gateway"),
            cluster.StartAsync("gpu-0", Whole, "/health/ready", "--roles", "gpu", "--devices", "cpu", "--models", noise.Path));
        var clipgen = new Clipgen(folder.Path);
        string[] request = ["generate", "a small blue square", "--seed", "9", "--candidates", "3", "-n", "2", "--grid", "--json"];
        await clipgen.SucceedAsync([.. request, "--model", noise.Path, "--out", "alone"]);

        using var json = JsonDocument.Parse(await clipgen.SucceedAsync(
            [.. request, "--model", "noise", "--out", "joined", "--cluster", cluster.Connection(Whole), "--data", cluster.DataOf("gateway-0")]));

        string[] names = [.. Directory.GetFiles(folder["alone"]).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal(4, names.Length);   // two images, the sheet, the manifest
        Assert.Equal(names, Directory.GetFiles(folder["joined"]).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(Path.Combine(folder["alone"], name)), File.ReadAllBytes(Path.Combine(folder["joined"], name))));
        Assert.All(json.RootElement.GetProperty("images").EnumerateArray(), image => Assert.StartsWith(folder["joined"], image.GetProperty("path").GetString(), StringComparison.Ordinal));

        // The gateways' store is not the devices': the image goes with the calls.
        string[] blend = ["generate", "a ring", "--image", Directory.GetFiles(folder["alone"], "*.png")[0], "--weights", "0.4,0.6", "--seed", "3", "--candidates", "2"];
        await clipgen.SucceedAsync([.. blend, "--model", noise.Path, "--out", "blend-alone"]);
        await clipgen.SucceedAsync([.. blend, "--model", "noise", "--out", "blend-joined", "--cluster", cluster.Connection(Whole), "--data", cluster.DataOf("gateway-0")]);
        Assert.All(Directory.GetFiles(folder["blend-joined"]), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder["blend-alone"], Path.GetFileName(file)))));
        Assert.Equal(2, Directory.GetFiles(folder["blend-joined"]).Length);   // the picture and the manifest

        var unknown = await clipgen.RunAsync("generate", "x", "--model", "nowhere", "--cluster", cluster.Connection(Whole));
        Assert.Equal((1, "clipgen: No device has the model 'nowhere'. There are: noise.\n"), (unknown.ExitCode, unknown.Errors));
        var wrong = await clipgen.RunAsync("generate", "", "--model", "noise", "--cluster", cluster.Connection(Whole));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("prompt is empty", wrong.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_nobody_is_there()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync("generate", "x", "--cluster", cluster.Connection(Nobody));

        Assert.Equal((1, "clipgen: No silo runs in the cluster that --cluster names; start some with clipgen serve --cluster.\n"), (outcome.ExitCode, outcome.Errors));
    }

    [Fact]
    public async Task Says_that_no_device_is_ready()
    {
        await cluster.StartAsync("gateway-0", WithoutDevices, "/health/live", "--roles", "gateway");

        var outcome = await new Clipgen(folder.Path).RunAsync("generate", "x", "--cluster", cluster.Connection(WithoutDevices));

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("clipgen: No device of the cluster is ready;", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "Cannot connect to Redis at 127.0.0.1:1 ", "--cluster", "redis://127.0.0.1:1")]
    [InlineData(1, "use redis://[user:password@]host:port[/db]", "--cluster", "elsewhere")]
    [InlineData(1, "with --cluster it is the name of a model", "--cluster", "redis://127.0.0.1:1", "--model", "./shapes")]
    [InlineData(2, "--device is for drawing in this process", "--cluster", "redis://127.0.0.1:1", "--device", "cpu")]
    [InlineData(2, "--data is a cluster's folder and needs --cluster", "--data", "here")]
    public async Task Is_refused_in_one_clear_line(int exitCode, string says, params string[] options)
    {
        var outcome = await new Clipgen(folder.Path).RunAsync(["generate", "x", .. options]);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.Empty(folder.Files());
    }

    public void Dispose() => folder.Dispose();
}
