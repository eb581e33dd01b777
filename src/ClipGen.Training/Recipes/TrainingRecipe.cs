using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Vqgan;
using ClipGen.Training.Clip;
using ClipGen.Training.Gpt;
using ClipGen.Training.Vqgan;

namespace ClipGen.Training.Recipes;

/// <summary>Sizes and settings of the three trainings that make a model; all of it goes into the bundle's provenance.</summary>
public sealed record TrainingRecipe
{
    /// <summary>Seed of the data's order and, for the shapes world, of the data itself.</summary>
    public required ulong DataSeed { get; init; }

    /// <summary>Captions that the vocabulary is learned from, and merges learned: enough for every word to be one token.</summary>
    public required int VocabularyCaptions { get; init; }

    public required int VocabularyMerges { get; init; }

    /// <summary>The vocabulary's size is filled in when it is known.</summary>
    public required ClipConfig ClipConfig { get; init; }

    public required ClipTrainingOptions Clip { get; init; }

    public required VqganConfig VqganConfig { get; init; }

    public required VqganTrainingOptions Vqgan { get; init; }

    /// <summary>Codes that the VQGAN's codebook is merged down to before GPT learns them (<see cref="CodebookMerging"/>); 0 leaves it as it is.</summary>
    public int MergeCodesTo { get; init; }

    public required GptConfig GptConfig { get; init; }

    public required GptTrainingOptions Gpt { get; init; }

    /// <summary>What makes the shapes bundle: 64 × 64 images, 16 × 16 codes, about 80 minutes on 2 cores.</summary>
    public static TrainingRecipe Shapes { get; } = new()
    {
        DataSeed = 2022,
        VocabularyCaptions = 4000,
        VocabularyMerges = 200,
        // Large patches: an object stands at one of five places, which a patch's own weights can tell; with small ones a transformer
        // of this size took over a thousand steps to notice where things are.
        ClipConfig = new(
            EmbedSize: 128, ImageSize: 64, VisionLayers: 3, VisionWidth: 256, PatchSize: 32,
            ContextLength: 32, VocabSize: 0, TextWidth: 128, TextHeads: 4, TextLayers: 2),
        Clip = new(Steps: 4000, BatchSize: 128, Rate: 1.5e-3, WarmupSteps: 100, WeightDecay: 0.05, LargestLogitScale: 30, GapWeight: 2, GapFrom: 2900, Seed: 2022,
            Texts: new(Steps: 1000, Rate: 5e-4, DistanceWeight: 10)),
        // Cells of 4 × 4 pixels: a decoder of this size learns sharp edges within them in minutes, within cells of 8 × 8 it did not in an hour.
        VqganConfig = new(
            CodebookSize: 512, EmbedSize: 16, Channels: 16, Multipliers: [1, 2, 4], ResBlocks: 1, AttentionResolutions: [16], Resolution: 64, DiscriminatorChannels: 32, NormGroups: 4),
        Vqgan = new(
            Steps: 5000, BatchSize: 8, Rate: 1.2e-3, WarmupSteps: 50, QuantiseFrom: 400, AdversarialFrom: 4600, ReviveEvery: 20, ReviveUntil: 3000, Seed: 2023,
            Beta1: 0.9, Beta2: 0.99, CodebookWeight: 0.25, SquaredWeight: 5, ZeroBranches: true),
        // Of 512 codes half stand for shades of noise: 30 % of an image's codes change when nothing but its noise does, 1 % after merging.
        MergeCodesTo = 128,
        // Small, so that it sees some ten tokens a parameter in the time there is.
        GptConfig = new(VocabSize: 128, Layers: 4, Width: 160, Heads: 5, BlockSize: 256, CondSize: 128, Dropout: 0),
        Gpt = new(Steps: 14_000, BatchSize: 8, Rate: 2e-3, WarmupSteps: 100, EmbeddingNoise: 0.4, Images: 24_000, Seed: 2024, Whitened: true),
    };

    /// <summary>
    /// The original's networks and settings (train_vqgan.py, train_gpt.py) for images like COCO's; CLIP is OpenAI's, ready-made.
    /// Its epochs are counted as the 118,287 images of COCO's training set, its learning rates follow the batch size.
    /// </summary>
    public static TrainingRecipe Coco { get; } = new()
    {
        DataSeed = 0,
        VocabularyCaptions = 0,
        VocabularyMerges = 0,
        ClipConfig = ClipConfig.VitB32,
        Clip = new(Steps: 100_000, BatchSize: 256, Rate: 5e-4, WarmupSteps: 2000, WeightDecay: 0.2, LargestLogitScale: 100, GapWeight: 0, GapFrom: 0, Seed: 0),
        VqganConfig = VqganConfig.F16,
        Vqgan = new(Steps: 800L * CocoImages / 16, BatchSize: 16, Rate: 4.5e-6 * 16, WarmupSteps: 0, QuantiseFrom: 0, AdversarialFrom: CocoImages / 16, ReviveEvery: 0, ReviveUntil: 0, Seed: 0, Constant: true),
        GptConfig = GptConfig.Medium(),
        Gpt = new(Steps: 200L * CocoImages / 64, BatchSize: 64, Rate: 5e-4 / 256 * 64, WarmupSteps: 20L * CocoImages / 64, EmbeddingNoise: 0, Images: CocoImages, Seed: 0),
    };

    private const int CocoImages = 118_287;

    /// <summary>The same with every training cut to a few steps: for trying the commands, not for pictures.</summary>
    public TrainingRecipe Quick() => this with
    {
        VocabularyCaptions = Math.Min(VocabularyCaptions, 200),
        Clip = Clip with { Steps = 3, BatchSize = 8, WarmupSteps = 1, Texts = Clip.Texts is { } texts ? texts with { Steps = 2 } : null },
        Vqgan = Vqgan with { Steps = 4, BatchSize = 2, WarmupSteps = 1, QuantiseFrom = Math.Min(Vqgan.QuantiseFrom, 1), AdversarialFrom = 2, ReviveEvery = 2, ReviveUntil = 3 },
        Gpt = Gpt with { Steps = 3, BatchSize = 4, WarmupSteps = 1, Images = 16 },
    };
}
