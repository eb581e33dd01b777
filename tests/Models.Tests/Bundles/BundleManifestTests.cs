using System.Text;
using System.Text.Json.Nodes;
using ClipGen.Models.Bundles;

namespace ClipGen.Models.Tests.Bundles;

public sealed class BundleManifestTests
{
    private static readonly BundleManifest Whole = TinyBundle.Manifest with
    {
        Vocabulary = "vocabulary.bpe",
        Files = new[] { BundleManifest.ClipFile, BundleManifest.GptFile, BundleManifest.VqganFile, "vocabulary.bpe" }.ToDictionary(name => name, _ => new BundleFile(new string('a', 64), 100)),
    };

    [Fact]
    public void A_manifest_reads_back_as_the_same_bytes()
    {
        byte[] json = Whole.ToJson();

        Assert.Equal(json, BundleManifest.Parse(json, "bundle.json").ToJson());
        Assert.Equal((byte)'\n', json[^1]);
        Assert.DoesNotContain((byte)'\r', json);
    }

    public static TheoryData<string, string> Mistakes => new()
    {
        { "format", "2" },
        { "format", "\"1\"" },
        { "name", "\"\"" },
        { "name", "\"a/b\"" },
        { "name", "null" },
        { "surprise", "1" },
        { "clip.surprise", "1" },
        { "clip", "null" },
        { "gpt.layers", "0" },
        { "gpt.layers", "2147483647" },
        { "gpt.layers", "99999999999" },
        { "gpt.layers", "1.5" },
        { "gpt.width", "1073741824" },
        { "gpt.heads", "3" },
        { "gpt.heads", "-2" },
        { "gpt.block_size", "65536" },
        { "gpt.block_size", "17" },
        { "gpt.cond_size", "8" },
        { "gpt.vocab_size", "17" },
        { "clip.patch_size", "5" },
        { "clip.vision_width", "65" },
        { "clip.context_length", "1" },
        { "clip.text_heads", "0" },
        { "vqgan.multipliers", "null" },
        { "vqgan.multipliers", "[]" },
        { "vqgan.multipliers", "[1, -1, 1]" },
        { "vqgan.multipliers", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]" },
        { "vqgan.attention_resolutions", "null" },
        { "vqgan.channels", "33" },
        { "vqgan.resolution", "18" },
        { "vqgan.resolution", "1000000" },
        { "vocabulary", "\"other.bpe\"" },
        { "vocabulary", "\"\"" },
        { "files", "null" },
        { "files", "{}" },
        { "files.gpt\\.safetensors", "null" },
        { "files.gpt\\.safetensors", "{\"sha256\": null, \"bytes\": 1}" },
        { "files.gpt\\.safetensors", "{\"sha256\": \"abc\", \"bytes\": 1}" },
        { "files.gpt\\.safetensors", "{\"sha256\": \"" + "g" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\", \"bytes\": 1}" },
        { "files.gpt\\.safetensors.bytes", "-1" },
        { "files.\\.\\./gpt\\.safetensors", "{\"sha256\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"bytes\": 1}" },
        { "files./etc/passwd", "{\"sha256\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"bytes\": 1}" },
        { "files.\\.\\.", "{\"sha256\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"bytes\": 1}" },
        { "files.\\.\\.\\\\up", "{\"sha256\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"bytes\": 1}" },
        { "files.a\0b", "{\"sha256\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"bytes\": 1}" },
    };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public void A_manifest_with_a_mistake_is_refused_in_one_line(string path, string value)
    {
        var json = JsonNode.Parse(Whole.ToJson())!;
        string[] keys = [.. path.Replace("\\.", "\u0001", StringComparison.Ordinal).Split('.').Select(key => key.Replace('\u0001', '.').Replace("\\\\", "\\", StringComparison.Ordinal))];
        var parent = keys[..^1].Aggregate(json, (node, key) => node[key]!);
        parent[keys[^1]] = JsonNode.Parse(value);

        var thrown = Assert.Throws<BundleException>(() => BundleManifest.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), "some/bundle.json"));

        Assert.StartsWith("some/bundle.json", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', thrown.Message);
    }

    [Theory]
    [InlineData("format")]
    [InlineData("name")]
    [InlineData("default_candidates")]
    [InlineData("clip")]
    [InlineData("gpt")]
    [InlineData("vqgan")]
    [InlineData("vocabulary")]
    [InlineData("files")]
    public void A_manifest_that_lacks_a_part_is_refused(string part)
    {
        var json = JsonNode.Parse(Whole.ToJson())!.AsObject();
        json.Remove(part);

        Assert.Contains(part, Assert.Throws<BundleException>(() => BundleManifest.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), "bundle.json")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_named_at_once()
    {
        var wrong = Whole with { DefaultCandidates = 0, Gpt = Whole.Gpt with { Layers = -1 }, Vqgan = Whole.Vqgan with { Channels = 0 } };

        string message = Assert.Throws<BundleException>(() => BundleManifest.Parse(wrong.ToJson(), "bundle.json")).Message;

        Assert.All(new[] { "default_candidates", "gpt.layers", "vqgan.channels" }, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Damaged_manifests_are_refused_or_still_valid_and_nothing_else()
    {
        byte[] original = Whole.ToJson();
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. original];
            if (seed % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            for (int flip = random.Next(6); flip > 0 && bytes.Length > 0; flip--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            var error = Record.Exception(() => BundleManifest.Parse(bytes, "bundle.json").ToJson());

            Assert.True(error is null or BundleException, $"seed {seed}: {error}");
        }
    }
}
