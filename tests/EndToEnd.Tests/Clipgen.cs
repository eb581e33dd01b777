using System.Diagnostics;

namespace ClipGen.EndToEnd.Tests;

/// <summary>Runs the real program in a process of its own.</summary>
internal sealed class Clipgen(string folder)
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "clipgen.dll");

    /// <summary>Variables of the process beside those of this one.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    public sealed record Outcome(int ExitCode, string Output, string Errors);

    /// <summary>Runs <c>clipgen</c> in the folder until it ends.</summary>
    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
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
        return new(process.ExitCode, await output, await errors);
    }

    /// <summary>Runs and expects success.</summary>
    public async Task<string> SucceedAsync(params string[] arguments)
    {
        var outcome = await RunAsync(arguments);
        Assert.True(outcome.ExitCode == 0, $"exit code {outcome.ExitCode}: {outcome.Errors}");
        return outcome.Output;
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Program);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }
}
