using ClipGen.Models.Bundles;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Bundles;

public sealed class ModelBundleTests : IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly TinyBundle tiny = new();

    [Fact]
    public void What_is_written_is_read_back()
    {
        var written = tiny.Write();

        var read = ModelBundle.Open(written.Folder);

        Assert.Empty(read.Verify(Stop));
        Assert.Equal(written.Digest, read.Digest);
        Assert.Equal(TinyBundle.Manifest.Clip, read.Manifest.Clip);
        Assert.Equal(TinyBundle.Manifest.Gpt, read.Manifest.Gpt);
        Assert.Equal(TinyBundle.Manifest.Vqgan.Multipliers, read.Manifest.Vqgan.Multipliers);
        Assert.Equal(TinyBundle.Manifest.Description, read.Manifest.Description);
        Assert.Equal(12, read.Manifest.Provenance["steps"].GetProperty("gpt_steps").GetInt32());
        Assert.Equal(["clip.safetensors", "gpt.safetensors", "vocabulary.bpe", "vqgan.safetensors"], read.Manifest.Files.Keys.Order(StringComparer.Ordinal));
        using var clip = read.LoadClip(CPU);
        using var gpt = read.LoadGpt(CPU);
        using var vqgan = read.LoadVqgan(CPU);
        Same(tiny.Clip, clip);
        Same(tiny.Gpt, gpt);
        Same(tiny.Vqgan, vqgan);
        Assert.False(clip.training || gpt.training || vqgan.training);
        Assert.Equal(read.Manifest.Clip.VocabSize, read.LoadTokenizer().VocabularySize);
    }

    [Fact]
    public void Half_precision_is_stored_and_read_as_float32()
    {
        var bundle = tiny.Write(dtype: ScalarType.Float16);

        using var gpt = bundle.LoadGpt(CPU);

        using var scope = NewDisposeScope();
        Assert.True(bundle.Manifest.Files[BundleManifest.GptFile].Bytes < tiny.Write("whole").Manifest.Files[BundleManifest.GptFile].Bytes);
        TensorAssert.Same(tiny.Gpt.head.weight!.half().to(float32), gpt.head.weight!, "head");
    }

    [Fact]
    public void The_same_content_has_the_same_digest_and_other_content_another()
    {
        string digest = tiny.Write("first").Digest;

        Assert.Matches("^[0-9a-f]{64}$", digest);
        Assert.Equal(digest, tiny.Write("second").Digest);
        Assert.Equal(digest, tiny.Write("first").Digest);
        Assert.NotEqual(digest, tiny.Write("first", TinyBundle.Manifest with { DefaultCandidates = 5 }).Digest);
        using (no_grad())
        using (tiny.Gpt.head.bias![0].add_(1)) { }
        Assert.NotEqual(digest, tiny.Write("first").Digest);
    }

    [Fact]
    public void Every_damaged_file_is_named_at_once()
    {
        var bundle = tiny.Write();
        Assert.Empty(bundle.Verify(Stop));
        File.Delete(Path.Combine(bundle.Folder, BundleManifest.ClipFile));
        Change(Path.Combine(bundle.Folder, BundleManifest.GptFile), bytes => { bytes[^1] ^= 1; return bytes; });
        Change(Path.Combine(bundle.Folder, BundleManifest.VqganFile), bytes => bytes[..^1]);
        File.Delete(Path.Combine(bundle.Folder, "vocabulary.bpe"));
        Directory.CreateDirectory(Path.Combine(bundle.Folder, "vocabulary.bpe"));

        Assert.Equal(4, bundle.Verify(Stop).Count);
        var thrown = Assert.Throws<BundleException>(() => bundle.EnsureIntact(Stop));
        Assert.Contains("clip.safetensors is missing", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("gpt.safetensors has another SHA-256", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("vqgan.safetensors has", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("vocabulary.bpe cannot be read", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', thrown.Message);
    }

    [Fact]
    public void Files_that_do_not_fit_the_manifest_are_refused()
    {
        var bundle = tiny.Write();
        File.Copy(Path.Combine(bundle.Folder, BundleManifest.ClipFile), Path.Combine(bundle.Folder, BundleManifest.GptFile), overwrite: true);
        File.WriteAllText(Path.Combine(bundle.Folder, BundleManifest.VqganFile), "no safetensors");
        File.WriteAllText(Path.Combine(bundle.Folder, "vocabulary.bpe"), "#version: x\na b\n");

        Assert.Contains("gpt.safetensors", Assert.Throws<BundleException>(() => bundle.LoadGpt(CPU)).Message, StringComparison.Ordinal);
        Assert.Contains("vqgan.safetensors", Assert.Throws<BundleException>(() => bundle.LoadVqgan(CPU)).Message, StringComparison.Ordinal);
        Assert.Contains("clip.vocab_size", Assert.Throws<BundleException>(bundle.LoadTokenizer).Message, StringComparison.Ordinal);
    }

    /// <summary>Within every limit and consistent, but 12 TB: the files are not that large, and that is known before it is allocated.</summary>
    [Fact]
    public void Sizes_that_the_files_do_not_have_are_refused_without_allocating_them()
    {
        var bundle = tiny.Write();
        string path = Path.Combine(bundle.Folder, BundleManifest.FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"width\": 32,", "\"width\": 1048576,", StringComparison.Ordinal));
        var absurd = ModelBundle.Open(bundle.Folder);
        Assert.Equal(1 << 20, absurd.Manifest.Gpt.Width);

        Assert.Contains("of another shape", Assert.Throws<BundleException>(() => absurd.LoadGpt(CPU)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_of_many_megabytes_is_not_read()
    {
        var bundle = tiny.Write();
        File.AppendAllText(Path.Combine(bundle.Folder, BundleManifest.FileName), new string(' ', 5 << 20));

        Assert.Throws<BundleException>(() => ModelBundle.Open(bundle.Folder));
    }

    public void Dispose() => tiny.Dispose();

    private static void Same(nn.Module expected, nn.Module actual)
    {
        foreach (var (e, a) in ModuleWeights.Export(expected).Zip(ModuleWeights.Export(actual))) TensorAssert.Same(e.Value, a.Value, e.Name);
    }

    private static void Change(string path, Func<byte[], byte[]> change) => File.WriteAllBytes(path, change(File.ReadAllBytes(path)));
}
