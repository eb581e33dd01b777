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
            "ClipGen:Dashboard cannot be read: Failed to convert configuration value 'perhaps' at 'ClipGen:Dashboard:Enabled' to type 'System.Boolean'.",
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

    /// <summary>In development hosts check that all services can be made; that must not hide the list.</summary>
    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Values_of_another_type_are_listed_with_the_others(string environment)
    {
        var clipgen = new Clipgen(folder.Path)
        {
            Environment = { ["DOTNET_ENVIRONMENT"] = environment, ["CLIPGEN__Queue__MaxWaiting"] = "many", ["CLIPGEN__Simulation__Model"] = "", ["CLIPGEN__Cluster__ProbeTimeout"] = "soon" },
        };

        var outcome = await clipgen.RunAsync("serve", "--slots", "0");

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        AssertLines(
            outcome.Errors,
            "ClipGen:Cluster cannot be read: Failed to convert configuration value 'soon' at 'ClipGen:Cluster:ProbeTimeout'",
            "ClipGen:Queue cannot be read: Failed to convert configuration value 'many' at 'ClipGen:Queue:MaxWaiting' to type 'System.Int32'.",
            "ClipGen:Engine:Slots must be between 1 and 4096.",
            "ClipGen:Simulation:Model is required.",
            "ClipGen:Simulation:Slots must be between 1 and 4096.");
    }

    [Fact]
    public async Task A_device_silo_with_a_misspelt_role_is_told_nothing_about_keys()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync("serve", "--roles", "gpus", "--cluster", "redis://127.0.0.1:1", "--http", "0.0.0.0:0");

        Assert.Equal(1, outcome.ExitCode);
        AssertLines(outcome.Errors, "ClipGen:Cluster:Roles has 'gpus'; use gateway, gpu");
    }

    [Fact]
    public async Task A_command_with_a_cluster_of_its_own_lists_them_as_well()
    {
        var clipgen = new Clipgen(folder.Path) { Environment = { ["CLIPGEN__Queue__MaxWaiting"] = "-1", ["CLIPGEN__Generations__MaxAttempts"] = "0" } };

        var outcome = await clipgen.RunAsync("generate", "a ring", "--model", "shapes");

        Assert.Equal(1, outcome.ExitCode);
        AssertLines(outcome.Errors, "ClipGen:Queue:MaxWaiting must be between 1024 and 1000000.", "ClipGen:Generations:MaxAttempts must be between 1 and 100.");
    }

    private static void AssertLines(string errors, params string[] expected)
    {
        string[] lines = errors.TrimEnd().Split('\n');
        foreach (string line in expected) Assert.Single(lines, actual => actual.StartsWith($"clipgen: {line}", StringComparison.Ordinal));
        Assert.Equal(expected.Length, lines.Length);
    }

    public void Dispose() => folder.Dispose();
}
