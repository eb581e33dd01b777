using System.Text.Json;

namespace ClipGen.EndToEnd.Tests;

public sealed class ChaosTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Nothing_is_lost_doubled_or_changed_while_processes_are_killed()
    {
        Parts.Require((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, "redis-server"))), "redis-server");

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

    [Fact]
    public async Task Says_what_is_wrong_before_it_starts_anything()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync("chaos", "--gateways", "1");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("clipgen: With one gateway or one device every kill is a total one; use two of each, or say --total.\n", outcome.Errors);
    }

    public void Dispose() => folder.Dispose();
}
