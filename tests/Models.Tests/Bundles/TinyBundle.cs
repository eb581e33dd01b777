using ClipGen.Models.Bundles;
using ClipGen.Models.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Bundles;

/// <summary>A folder for bundles of the smallest networks that fit together: 16 × 16 pixels from 4 × 4 codes of 16.</summary>
internal sealed class TinyBundle : IDisposable
{
    private static readonly BpeVocabulary Vocabulary = BpeVocabulary.Train(["a red circle above a blue square"], 8);

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Models.Clip.Clip clip;
    private readonly Models.Gpt.Gpt gpt;
    private readonly Models.Vqgan.Vqgan vqgan;

    public TinyBundle()
    {
        clip = new(Manifest.Clip);
        gpt = new(Manifest.Gpt);
        vqgan = new(Manifest.Vqgan);
    }

    public static BundleManifest Manifest { get; } = new()
    {
        Name = "tiny",
        Description = "Random weights – for tests",
        Licence = "MIT",
        DefaultCandidates = 4,
        Clip = new(EmbedSize: 16, ImageSize: 16, VisionLayers: 1, VisionWidth: 64, PatchSize: 8, ContextLength: 12, Vocabulary.Size, TextWidth: 32, TextHeads: 2, TextLayers: 1),
        Gpt = new(VocabSize: 16, Layers: 1, Width: 32, Heads: 2, BlockSize: 16, CondSize: 16),
        Vqgan = new(CodebookSize: 16, EmbedSize: 8, Channels: 32, Multipliers: [1, 1, 1], ResBlocks: 1, AttentionResolutions: [], Resolution: 16, DiscriminatorChannels: 4),
        Provenance = new Dictionary<string, System.Text.Json.JsonElement> { ["steps"] = BundleManifest.ToElement(new { GptSteps = 12, Losses = new[] { 1.5, 1.25 } }) },
    };

    public string Root { get; } = Directory.CreateTempSubdirectory("clipgen-bundles-").FullName;

    public Models.Clip.Clip Clip => clip;

    public Models.Gpt.Gpt Gpt => gpt;

    public Models.Vqgan.Vqgan Vqgan => vqgan;

    public string this[string name] => Path.Combine(Root, name);

    public ModelBundle Write(string name = "tiny", BundleManifest? manifest = null, ScalarType dtype = ScalarType.Float32) =>
        BundleWriter.Write(this[name], manifest ?? Manifest, clip, gpt, vqgan, Vocabulary, dtype);

    public void Dispose()
    {
        clip.Dispose();
        gpt.Dispose();
        vqgan.Dispose();
        scope.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
