using System.Diagnostics;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

/// <summary>OpenAI's own Node client against the real server: <c>official-client.mjs</c> is the test.</summary>
public sealed class OfficialNodeClientTests
{
    /// <summary>Where <c>.ci/run</c> has npm put the client.</summary>
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "node");

    [Fact]
    public async Task Works_unchanged()
    {
        Parts.Require(Directory.Exists(Path.Combine(Folder, "node_modules", "openai")), "npm's openai (npm install --prefix artifacts/node openai)");
        await using var sut = await Sut.CreateSut(new FakeEngine { EncodeFailureOf = prompt => prompt == "breaks" ? new ArithmeticException("broken weights") : null });
        var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "tests", "Gateway.Tests", "official-client.mjs")]) { WorkingDirectory = Folder, RedirectStandardError = true };
        start.Environment["CLIPGEN_URL"] = sut.Root.AbsoluteUri;
        using var node = Process.Start(start)!;
        try
        {
            string errors = await node.StandardError.ReadToEndAsync(Sut.Token);
            await node.WaitForExitAsync(Sut.Token);
            Assert.True(node.ExitCode == 0, errors);
        }
        finally
        {
            if (!node.HasExited) node.Kill();
        }
    }
}
