using System.Text.RegularExpressions;

namespace ClipGen.EndToEnd.Tests;

/// <summary>The samples of the SDK's README, as they are written there.</summary>
public sealed partial class SdkSampleTests(RandomModel noise, ConsoleProject project) : IClassFixture<ConsoleProject>, IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private ServeProcess serve = null!;
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        serve = new(folder.Path, "--data", folder["data"], "--devices", "cpu", "--models", noise.Path);
        address = (await serve.UntilAsync("/health/ready")).AbsoluteUri.TrimEnd('/');
    }

    public async ValueTask DisposeAsync()
    {
        await serve.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Run_as_written_from_a_fresh_console_project()
    {
        var programs = await ProgramsAsync();
        Assert.Equal(2, programs.Count);

        string output = await project.RunAsync(programs[0]);

        Assert.Matches(@"seed [0-9]+, CLIP score -?[0-9]\.[0-9]{4}", output);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(Path.Combine(project.Folder, "circle.png"), TestContext.Current.CancellationToken))[..4]);
        Assert.Contains("Completed: ", output, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(project.Folder, "preview-*.png"));
        Assert.Contains("\nCompleted\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(3, Stored());
        Assert.Contains("the same, byte for byte", output, StringComparison.Ordinal);
        Assert.Contains("n is 5, but only 4 candidates are sampled", output, StringComparison.Ordinal);
        Assert.Contains("top_p is 2", output, StringComparison.Ordinal);

        await project.RunAsync(programs[1]);

        Assert.Equal(3 + 2, Stored());
    }

    /// <summary>Files with names of the image store.</summary>
    private int Stored() => Directory.GetFiles(project.Folder).Count(file => StoredName().IsMatch(Path.GetFileName(file)));

    /// <summary>A sample that begins with its namespaces begins a program, and those after it go on with that. Only the address is this test's own.</summary>
    private async Task<List<string>> ProgramsAsync()
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", "ClipGen.Client", "README.md"), TestContext.Current.CancellationToken);
        var programs = new List<string>();
        foreach (Match sample in CSharp().Matches(readme))
        {
            string code = sample.Groups["code"].Value;
            if (code.StartsWith("using ", StringComparison.Ordinal)) programs.Add(code);
            else programs[^1] += code;
        }
        Assert.All(programs, program => Assert.Contains("http://localhost:8080", program, StringComparison.Ordinal));
        return programs.ConvertAll(program => program.Replace("http://localhost:8080", address, StringComparison.Ordinal));
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();

    [GeneratedRegex("^[0-9a-f]{16}-[0-9]{2}\\.png$")]
    private static partial Regex StoredName();
}
