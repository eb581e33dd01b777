using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClipGen.EndToEnd.Tests;

/// <summary><c>clipgen generate --server</c> against a real <c>clipgen serve</c>.</summary>
public sealed partial class ServerGenerateTests(RandomModel noise) : IAsyncLifetime
{

    private readonly TemporaryFolder folder = new();
    private ServeProcess serve = null!;
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        serve = new(folder.Path, "--data", folder["data"], "--devices", "cpu", "--models", noise.Path);
        address = (await serve.UntilAsync("/health/ready")).AbsoluteUri;
    }

    public async ValueTask DisposeAsync()
    {
        await serve.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_server_draws_what_the_embedded_run_draws_byte_for_byte_and_says_the_same()
    {
        var clipgen = new Clipgen(folder.Path);
        string[] request = ["generate", "a small blue square", "--seed", "9", "--candidates", "3", "-n", "2", "--grid"];
        string alone = await clipgen.SucceedAsync([.. request, "--model", noise.Path, "--out", "alone"]);

        string served = await clipgen.SucceedAsync([.. request, "--model", "noise", "--out", "served", "--server", address]);

        Assert.Equal(WithoutTimes(alone).Replace("alone", "served", StringComparison.Ordinal), WithoutTimes(served));
        Assert.Equal(4, AssertSameFiles("alone", "served").Length);   // two images, the sheet, the manifest

        using var json = JsonDocument.Parse(await clipgen.SucceedAsync([.. request, "--model", "noise", "--out", "served", "--server", address, "--json"]));
        Assert.Equal(9, json.RootElement.GetProperty("seed").GetInt32());
        Assert.All(json.RootElement.GetProperty("images").EnumerateArray(), image => Assert.StartsWith(folder["served"], image.GetProperty("path").GetString(), StringComparison.Ordinal));
        Assert.Equal(Assert.Single(Directory.GetFiles(folder["served"], "*.json")), json.RootElement.GetProperty("manifest").GetString());
    }

    [Fact]
    public async Task A_blend_with_every_setting_leaves_the_same_files_byte_for_byte()
    {
        var clipgen = new Clipgen(folder.Path);
        await clipgen.SucceedAsync("generate", "a star", "--seed", "1", "--candidates", "1", "--model", noise.Path, "--out", "first");
        string[] request =
        [
            "generate", $"näkyvä & \"環\" {string.Join(' ', Enumerable.Repeat("circle", 100))}", "--image", Directory.GetFiles(folder["first"], "*.png").Single(), "--weights", "0.7,0.1", "--seed", "18446744073709551615",
            "--candidates", "3", "-n", "2", "--top-k", "17", "--top-p", "0.9", "--temperature", "1.1", "--format", "webp", "--no-metadata", "--reference-quirks",
        ];
        await clipgen.SucceedAsync([.. request, "--model", noise.Path, "--out", "alone"]);

        await clipgen.SucceedAsync([.. request, "--model", "noise", "--out", "served", "--server", address]);

        Assert.Equal(4, AssertSameFiles("alone", "served").Length);   // two images, the prompt's image, the manifest
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder["served"], "*.json"))));
        Assert.True(manifest.RootElement.GetProperty("prompt_truncated").GetBoolean());
        Assert.All(manifest.RootElement.GetProperty("images").EnumerateArray(), image => Assert.True(File.Exists(folder[$"served/{image.GetProperty("name").GetString()}"])));
    }

    /// <returns>The files' names.</returns>
    private string[] AssertSameFiles(string one, string other)
    {
        string[] names = Names(one);
        Assert.Equal(names, Names(other));
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(folder[$"{one}/{name}"]), File.ReadAllBytes(folder[$"{other}/{name}"])));
        return names;

        string[] Names(string of) => [.. Directory.GetFiles(folder[of]).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Says_what_the_server_says()
    {
        var clipgen = new Clipgen(folder.Path);
        var unknown = await clipgen.RunAsync("generate", "x", "--model", "nowhere", "--server", address);
        Assert.Equal((1, "clipgen: The server has no model 'nowhere'. It has: noise.\n"), (unknown.ExitCode, unknown.Errors));
        var wrong = await clipgen.RunAsync("generate", "", "--model", "noise", "--server", address);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("prompt is empty", wrong.Errors, StringComparison.Ordinal);
    }

    private static string WithoutTimes(string output) => Times().Replace(output, "#");

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)? (ms|s)\b")]
    private static partial Regex Times();
}
