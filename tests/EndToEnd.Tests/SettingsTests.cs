namespace ClipGen.EndToEnd.Tests;

/// <summary>Everything that is wrong with a process's settings is said at once, each with what would be right, and nothing starts.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task All_sections_are_listed_together()
    {
        var clipgen = new Clipgen(folder.Path)
        {
            Environment = { ["CLIPGEN__Queue__MaxWaiting"] = "-1", ["CLIPGEN__Generations__MaxAttempts"] = "0", ["CLIPGEN__Auth__UrlSecret"] = "short", ["CLIPGEN__Dashboard__Enabled"] = "perhaps" },
        };

        var outcome = await clipgen.RunAsync(
            "serve", "--roles", "gateway,gpu,chef", "--cluster", "redis://", "--http", "nowhere", "--devices", "cuda:x,cpu", "--stages", "paint", "--slots", "-3", "--images", "ftp://there");

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        AssertLines(
            outcome.Errors,
            "ClipGen:Cluster:Connection is 'redis://'; use redis://",
            "ClipGen:Cluster:Roles has 'chef'; use gateway, gpu",
            "ClipGen:Http:Listen is 'nowhere'; use an address and a port",
            "Failed to convert configuration value 'perhaps' at 'ClipGen:Dashboard:Enabled' to type 'System.Boolean'.",
            "ClipGen:Auth:UrlSecret has fewer than 32 characters; make one with",
            "ClipGen:Images:Store is 'ftp://there'; use files or blob.",
            "ClipGen:Queue:MaxWaiting must be between 1024 and 1000000.",
            "ClipGen:Generations:MaxAttempts must be between 1 and 100.",
            "ClipGen:Devices:Names has 'cuda:x'; use auto, cpu, cuda, cuda:N, or sim:N.",
            "ClipGen:Devices:Stages has 'paint'; use encode, sample, decode",
            "ClipGen:Engine:Slots must be between 1 and 4096.",
            "ClipGen:Simulation:Slots must be between 1 and 4096.");
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_value_of_another_type_is_listed_with_what_was_wrong_before_it()
    {
        var clipgen = new Clipgen(folder.Path) { Environment = { ["CLIPGEN__Queue__MaxWaiting"] = "many" } };

        var outcome = await clipgen.RunAsync("serve", "--http", "nowhere");

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        AssertLines(outcome.Errors, "ClipGen:Http:Listen is 'nowhere'", "Failed to convert configuration value 'many' at 'ClipGen:Queue:MaxWaiting' to type 'System.Int32'.");
    }

    private static void AssertLines(string errors, params string[] expected)
    {
        string[] lines = errors.TrimEnd().Split('\n');
        foreach (string line in expected) Assert.Single(lines, actual => actual.StartsWith($"clipgen: {line}", StringComparison.Ordinal));
        Assert.Equal(expected.Length, lines.Length);
    }

    public void Dispose() => folder.Dispose();
}
