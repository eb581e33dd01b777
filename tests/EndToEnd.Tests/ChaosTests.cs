using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ClipGen.EndToEnd.Tests;

public sealed class ChaosTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Nothing_is_lost_doubled_or_changed_while_processes_are_killed()
    {
        RequireRedis();

        var outcome = await new Clipgen(folder.Path).RunAsync("chaos", "--generations", "30", "--kills", "4", "--seed", "1", "--gpus", "2", "--json");

        Assert.True(outcome.Output.StartsWith('{'), $"exit code {outcome.ExitCode}: {outcome.Errors}");
        using var json = JsonDocument.Parse(outcome.Output);
        int Number(string name) => json.RootElement.GetProperty(name).GetInt32();
        Assert.True((Number("lost"), Number("duplicates"), Number("hash_mismatches"), Number("not_accepted"), outcome.ExitCode) is (0, 0, 0, 0, 0), outcome.Output);
        Assert.Equal(4, Number("kills"));
        Assert.True(Number("completed") >= 30, outcome.Output);
        // Less than nothing would mean that a killed process took its count along.
        Assert.InRange(json.RootElement.GetProperty("steps_wasted_percent").GetDouble(), 0, 99.9);
        Assert.Empty(folder.Files());
    }

    [Theory]
    [InlineData("TERM", 130)]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public async Task Its_processes_end_with_it(string signal, int exitCode)
    {
        RequireRedis();
        if (!OperatingSystem.IsLinux()) Assert.Skip("Its processes are found in /proc.");
        using var chaos = new Clipgen(folder.Path).Start("chaos", "--generations", "30", "--kills", "4", "--gpus", "2", "--data", "run");
        var said = Task.WhenAll(chaos.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), chaos.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        int[] children = [];
        try
        {
            // Redis, two gateways, two silos with a device, and the guard.
            while ((children = ChildrenOf(chaos.Id)).Length < 6)
            {
                if (chaos.HasExited) Assert.Fail(string.Concat(await said));
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
            await Clipgen.SignalAsync(chaos, signal);
            await chaos.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(exitCode, chaos.ExitCode);
            while (children.Any(Runs)) await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!chaos.HasExited) chaos.Kill();
            foreach (int child in children.Where(Runs)) Process.GetProcessById(child).Kill();
        }
    }

    [Fact]
    public async Task Says_what_is_wrong_before_it_starts_anything()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync("chaos", "--gateways", "1");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("clipgen: With one gateway or one device every kill is a total one; use two of each, or say --total.\n", outcome.Errors);
    }

    public void Dispose() => folder.Dispose();

    private static void RequireRedis() => Parts.Require(Parts.Find("redis-server") is not null, "redis-server");

    private static int[] ChildrenOf(int id) =>
        [.. Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int process) ? process : 0).Where(process => process != 0 && Stat(process) is (not 'Z', var parent) && parent == id)];

    /// <summary>One that has ended and is not yet collected by its parent runs no more.</summary>
    private static bool Runs(int id) => Stat(id) is (not 'Z', _);

    /// <summary>State and parent of a process; null where there is none.</summary>
    private static (char State, int Parent)? Stat(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');   // what comes before is the program's name, spaces and all
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
