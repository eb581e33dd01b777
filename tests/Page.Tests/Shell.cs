using System.Diagnostics;

namespace ClipGen.Page.Tests;

/// <summary>Runs what the page gives to copy.</summary>
internal static class Shell
{
    public static void Require(params string[] programs)
    {
        foreach (string program in programs) Parts.Require(File.Exists($"/usr/bin/{program}"), $"{program} (apt-get install {program})");
    }

    /// <returns>What it wrote on standard error.</returns>
    public static async Task<string> Run(string folder, string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = shell.StandardOutput.ReadToEndAsync(Sut.Token);
        string errors = await shell.StandardError.ReadToEndAsync(Sut.Token);
        await output;
        await shell.WaitForExitAsync(Sut.Token);
        Assert.True(shell.ExitCode == 0, errors);
        return errors;
    }
}
