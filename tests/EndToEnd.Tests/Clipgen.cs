using System.Diagnostics;

namespace ClipGen.EndToEnd.Tests;

/// <summary>Runs the real program in a process of its own.</summary>
internal sealed class Clipgen(string folder)
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "clipgen.dll");

    /// <summary>What it finds in its environment besides this process's own.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    public sealed record Outcome(int ExitCode, string Output, string Errors);

    /// <summary>Runs <c>clipgen</c> in the folder until it ends.</summary>
    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (exitCode, output, errors) = await Programs.EndAsync(process);
        return new(exitCode, output, errors);
    }

    /// <summary>Runs and expects success.</summary>
    public async Task<string> SucceedAsync(params string[] arguments)
    {
        var outcome = await RunAsync(arguments);
        Assert.True(outcome.ExitCode == 0, $"exit code {outcome.ExitCode}: {outcome.Errors}");
        return outcome.Output;
    }

    public Process Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <param name="environment">Added to this process's own.</param>
    public Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Program);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    /// <summary>Sends a signal, for example TERM.</summary>
    public static async Task SignalAsync(Process process, string signal)
    {
        using var shell = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process.Id}"]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
