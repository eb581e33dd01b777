using System.Text.Json;

namespace ClipGen.EndToEnd.Tests;

public sealed class ModelTests(RandomModel noise) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Import_reads_every_size_off_the_weights()
    {
        string Part(string name) => Path.Combine(noise.Path, name);
        await new Clipgen(folder.Path).SucceedAsync(
            "model", "import", "--clip", Part("clip.safetensors"), "--vqgan", Part("vqgan.safetensors"), "--gpt", Part("gpt.safetensors"), "--vocab", Part("vocabulary.bpe"),
            "--out", "imported", "--text-heads", "4", "--gpt-heads", "5", "--norm-groups", "4");

        using var before = Manifest(noise.Path);
        using var after = Manifest(folder["imported"]);
        foreach (string network in new[] { "clip", "vqgan" })
            Assert.Equal(before.RootElement.GetProperty(network).GetRawText(), after.RootElement.GetProperty(network).GetRawText());
        foreach (var size in before.RootElement.GetProperty("gpt").EnumerateObject().Where(size => size.Name != "dropout")) // weights do not tell it
            Assert.Equal(size.Value.GetRawText(), after.RootElement.GetProperty("gpt").GetProperty(size.Name).GetRawText());
        foreach (string file in new[] { "clip.safetensors", "vqgan.safetensors", "gpt.safetensors" })
            Assert.Equal(File.ReadAllBytes(Part(file)), File.ReadAllBytes(Path.Combine(folder["imported"], file)));

        static JsonDocument Manifest(string bundle) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(bundle, "bundle.json")));
    }

    [Theory]
    [InlineData("--gpt-heads", "7", "a width of 160")]
    [InlineData("--text-heads", "0", "a width of 128")]
    [InlineData("--norm-groups", "32", "a width of 16")]
    public async Task Import_says_when_a_number_that_weights_do_not_tell_cannot_be(string option, string value, string width)
    {
        string Part(string name) => Path.Combine(noise.Path, name);
        var outcome = await new Clipgen(folder.Path).RunAsync(
            "model", "import", "--clip", Part("clip.safetensors"), "--vqgan", Part("vqgan.safetensors"), "--gpt", Part("gpt.safetensors"), "--vocab", Part("vocabulary.bpe"), "--out", "imported", option, value);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(width, outcome.Errors, StringComparison.Ordinal);
        Assert.Contains($"{option} is {value}", outcome.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["imported"]));
    }

    [Fact]
    public async Task Import_says_when_the_parts_do_not_belong_together()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync(
            "model", "import", "--clip", Repository.Reference("clip_tiny.pt"), "--vqgan", Repository.Reference("vqgan_tiny.pt"), "--gpt", Repository.Reference("gpt_tiny.pt"),
            "--vocab", Path.Combine(noise.Path, "vocabulary.bpe"), "--out", "imported");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("makes 514 tokens, but", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("has 256; they do not belong together", outcome.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["imported"]));
    }

    [Fact]
    public async Task Import_says_when_a_checkpoint_is_of_another_network()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync(
            "model", "import", "--clip", Repository.Reference("vqgan_tiny.pt"), "--vqgan", Repository.Reference("vqgan_tiny.pt"), "--gpt", Repository.Reference("gpt_tiny.pt"),
            "--vocab", Path.Combine(noise.Path, "vocabulary.bpe"), "--out", "imported");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("does not hold a CLIP", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_shows_the_bundle_that_comes_with_the_program_and_verifies_it()
    {
        string text = await new Clipgen(folder.Path).SucceedAsync("model", "inspect", "shapes");
        Assert.Contains("64x64 pixels", text, StringComparison.Ordinal);
        Assert.Contains("verified", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DIFFERENT", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await new Clipgen(folder.Path).SucceedAsync("model", "inspect", "shapes", "--json"));
        Assert.True(json.RootElement.GetProperty("intact").GetBoolean());
        long bytes = json.RootElement.GetProperty("manifest").GetProperty("files").EnumerateObject().Sum(file => file.Value.GetProperty("bytes").GetInt64());
        Assert.InRange(bytes, 1, 25_000_000);
    }

    public void Dispose() => folder.Dispose();
}
