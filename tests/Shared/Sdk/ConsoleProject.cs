using System.Diagnostics;

namespace ClipGen.Tests;

/// <summary>A console project that was made for tests and knows nothing of this repository but the SDK's packages, as they are packed here and now.</summary>
public sealed class ConsoleProject : IAsyncLifetime
{
    private const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    /// <summary>Each test program packs a version of its own: they run beside each other, and packing writes into folders that all share.</summary>
    private static readonly string Version = $"0.0.0-{typeof(ConsoleProject).Assembly.GetName().Name!.ToLowerInvariant().Replace('.', '-')}";

    private readonly string _root = Directory.CreateTempSubdirectory("clipgen-").FullName;

    /// <summary>Where its programs run.</summary>
    public string Folder => Path.Combine(_root, "app");

    public async ValueTask InitializeAsync()
    {
        foreach (string project in new[] { "ClipGen.Abstractions", "ClipGen.Client" })
        {
            await DotnetAsync(
                Repository.Root, "pack", Path.Combine("src", project), "--no-build", "-c", Configuration, "-o", Path.Combine(_root, "feed"), $"-p:PackageVersion={Version}", "-v", "q");
        }
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "nuget.config"), """<configuration><packageSources><add key="feed" value="../feed" /></packageSources></configuration>""", TestContext.Current.CancellationToken);
        await DotnetAsync(Folder, "new", "console", "--no-restore");
        await DotnetAsync(Folder, "package", "add", "ClipGen.Client", "--version", Version);
    }

    /// <summary>Compiles and runs a <c>Program.cs</c>, and expects success.</summary>
    /// <returns>What it wrote on standard output.</returns>
    public async Task<string> RunAsync(string program)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "Program.cs"), program, TestContext.Current.CancellationToken);
        return await DotnetAsync(Folder, "run");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private async Task<string> DotnetAsync(string where, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = where, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);   // of a build that this test runs in
        // The packages that are made here go nowhere else, and those that are there already are not fetched again.
        start.Environment["NUGET_PACKAGES"] = where == Repository.Root ? Packages : Path.Combine(_root, "packages");
        start.Environment["NUGET_FALLBACK_PACKAGES"] = where == Repository.Root ? "" : Packages;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        var (exitCode, output, errors) = await Programs.EndAsync(process);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{output}\n{errors}");
        return output;
    }
}
