using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Cluster.Tests.Prompts;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>OpenAI's own Node client against the real server: <c>official-client.mjs</c> is the test.</summary>
public sealed class OfficialNodeClientTests
{
    [Fact]
    public async Task Works_unchanged()
    {
        NodeClient.Require();
        await using var sut = await Sut.CreateSut(new FakeEngine { EncodeFailureOf = prompt => prompt == "breaks" ? new ArithmeticException("broken weights") : null });

        await NodeClient.RunAsync("official-client.mjs", new() { ["CLIPGEN_URL"] = sut.Root.AbsoluteUri, ["CLIPGEN_IMAGE"] = Convert.ToBase64String(PromptFiles.Picture()) });
    }
}
