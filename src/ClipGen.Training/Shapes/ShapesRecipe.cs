using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Vqgan;
using ClipGen.Training.Clip;
using ClipGen.Training.Gpt;
using ClipGen.Training.Vqgan;

namespace ClipGen.Training.Shapes;

/// <summary>Sizes and settings of the three trainings that make the shapes bundle; all of it goes into the bundle's provenance.</summary>
public sealed record ShapesRecipe
{
    private const int Side = 64;
    private const ulong Seed = 2022;

    public int ImageSide { get; init; } = Side;

    public ulong DataSeed { get; init; } = Seed;

    /// <summary>Captions that the vocabulary is learned from, and merges learned: enough for every word to be one token.</summary>
    public int VocabularyCaptions { get; init; } = 4000;

    public int VocabularyMerges { get; init; } = 200;

    public ClipConfig ClipConfig { get; init; } = new(
        EmbedSize: 128, ImageSize: Side, VisionLayers: 3, VisionWidth: 128, PatchSize: 8,
        ContextLength: 32, VocabSize: 0, TextWidth: 128, TextHeads: 4, TextLayers: 2);

    public ClipTrainingOptions Clip { get; init; } = new(
        Steps: 1100, BatchSize: 128, Rate: 1e-3, WarmupSteps: 100, WeightDecay: 0.05, LargestLogitScale: 20, Seed);

    public VqganConfig VqganConfig { get; init; } = new(
        CodebookSize: 512, EmbedSize: 32, Channels: 32, Multipliers: [1, 1, 2, 4], ResBlocks: 1, AttentionResolutions: [8], Resolution: Side, DiscriminatorChannels: 32);

    public VqganTrainingOptions Vqgan { get; init; } = new(
        Steps: 1800, BatchSize: 16, Rate: 8e-4, WarmupSteps: 50, AdversarialFrom: 1400, ReviveEvery: 50, ReviveUntil: 1200, Seed + 1);

    public GptConfig GptConfig { get; init; } = new(
        VocabSize: 512, Layers: 6, Width: 192, Heads: 6, BlockSize: 64, CondSize: 128, Dropout: 0.05);

    public GptTrainingOptions Gpt { get; init; } = new(
        Steps: 3200, BatchSize: 32, Rate: 1.2e-3, WarmupSteps: 150, EmbeddingNoise: 0.25, Images: 20_000, Seed + 2);

    /// <summary>The recipe with every training cut to a few steps: for trying the command, not for pictures.</summary>
    public static ShapesRecipe Smoke { get; } = Scaled(new ShapesRecipe());

    private static ShapesRecipe Scaled(ShapesRecipe full) => full with
    {
        VocabularyCaptions = 200,
        Clip = full.Clip with { Steps = 3, BatchSize = 8, WarmupSteps = 1 },
        Vqgan = full.Vqgan with { Steps = 4, BatchSize = 2, WarmupSteps = 1, AdversarialFrom = 2, ReviveEvery = 2, ReviveUntil = 3 },
        Gpt = full.Gpt with { Steps = 3, BatchSize = 4, WarmupSteps = 1, Images = 16 },
    };
}
