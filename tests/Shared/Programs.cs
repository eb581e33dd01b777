using System.Diagnostics;

namespace ClipGen.Tests;

/// <summary>Programs in processes of their own.</summary>
public static class Programs
{
    /// <summary>Reads what a process says until it ends; one that is not waited for any more is killed, with those it has started.</summary>
    /// <param name="process">With both outputs redirected.</param>
    public static async Task<(int ExitCode, string Output, string Errors)> EndAsync(Process process)
    {
        ArgumentNullException.ThrowIfNull(process);
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
        return (process.ExitCode, await output, await errors);
    }
}
