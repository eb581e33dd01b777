using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ClipGen.EndToEnd.Tests;

/// <summary>
/// The samples of the SDK's README, as they are written there, in a console project that was made for it and knows nothing of this
/// repository but the packed packages.
/// </summary>
public sealed partial class SdkSampleTests(RandomModel noise) : IAsyncLifetime
{
    private const string Version = "0.0.0-sample", Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

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
        string readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", "ClipGen.Client", "README.md"), TestContext.Current.CancellationToken);
        string[] samples = [.. CSharp().Matches(readme).Select(m => m.Groups["code"].Value)];
        foreach (string project in new[] { "ClipGen.Abstractions", "ClipGen.Client" })
        {
            await DotnetAsync(
                Repository.Root, "pack", Path.Combine("src", project), "--no-build", "-c", Configuration, "-o", folder["feed"], $"-p:PackageVersion={Version}", "-v", "q");
        }
        Directory.CreateDirectory(folder["app"]);
        await File.WriteAllTextAsync(folder["app/nuget.config"], """<configuration><packageSources><add key="feed" value="../feed" /></packageSources></configuration>""", TestContext.Current.CancellationToken);
        await DotnetAsync(folder["app"], "new", "console", "--no-restore");
        await DotnetAsync(folder["app"], "package", "add", "ClipGen.Client", "--version", Version);
        // The first says what a service does, the next two use its client; only the address is this test's own.
        Assert.Contains("http://localhost:8080", samples[0], StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["app/Program.cs"], $"{samples[0].Replace("http://localhost:8080", address, StringComparison.Ordinal)}\n{samples[1]}\n{samples[2]}", TestContext.Current.CancellationToken);

        string output = await DotnetAsync(folder["app"], "run");

        Assert.Matches(@"seed [0-9]+, CLIP score -?[0-9]\.[0-9]{4}", output);
        Assert.Contains("Completed: ", output, StringComparison.Ordinal);
        byte[] image = await File.ReadAllBytesAsync(folder["app/circle.png"], TestContext.Current.CancellationToken);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], image[..4]);
        Assert.NotEmpty(Directory.GetFiles(folder["app"], "preview-*.png"));
    }

    private async Task<string> DotnetAsync(string where, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = where, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);   // of a build that this test runs in
        // The packages that are made here go nowhere else, and those that are there already are not fetched again.
        start.Environment["NUGET_PACKAGES"] = where == Repository.Root ? Packages : folder["packages"];
        start.Environment["NUGET_FALLBACK_PACKAGES"] = where == Repository.Root ? "" : Packages;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{await output}\n{await errors}");
        return await output;
    }

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
