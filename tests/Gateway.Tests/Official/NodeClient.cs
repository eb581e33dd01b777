using System.Diagnostics;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>Runs a script with OpenAI's own Node client in a process of its own.</summary>
internal static class NodeClient
{
    /// <summary>Where <c>.ci/run</c> has npm put the client.</summary>
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "node");

    /// <summary>Skips the test, by name, where the client is not installed.</summary>
    public static void Require() =>
        Parts.Require(Directory.Exists(Path.Combine(Folder, "node_modules", "openai")), "npm's openai (npm install --prefix artifacts/node openai)");

    /// <summary>Runs a script of this folder to its end, which must be a good one.</summary>
    /// <param name="onLine">Told of every line as it comes.</param>
    /// <returns>The lines on standard output.</returns>
    public static async Task<List<string>> RunAsync(string script, Dictionary<string, string> environment, Action<string>? onLine = null)
    {
        Require();
        var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "tests", "Gateway.Tests", "Official", script)]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var node = Process.Start(start)!;
        try
        {
            var errors = node.StandardError.ReadToEndAsync(Sut.Token);
            var lines = new List<string>();
            while (await node.StandardOutput.ReadLineAsync(Sut.Token) is { } line)
            {
                lines.Add(line);
                onLine?.Invoke(line);
            }
            await node.WaitForExitAsync(Sut.Token);
            Assert.True(node.ExitCode == 0, await errors);
            return lines;
        }
        finally
        {
            if (!node.HasExited) node.Kill();
        }
    }
}
