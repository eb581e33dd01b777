using ClipGen.Models;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Vqgan;
using ClipGen.Training.Clip;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Gpt;
using ClipGen.Training.Runs;
using ClipGen.Training.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Runs;

/// <summary>A training that is stopped after every single step ends with the very bits of one that never was.</summary>
[Collection(nameof(TorchRandomness))]
public sealed class ResumedTrainingTests : IDisposable
{
    private const int Steps = 5;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-training-").FullName;

    /// <summary>With dropout and noise on the condition.</summary>
    [Fact]
    public void Of_a_gpt()
    {
        var config = new GptConfig(VocabSize: 16, Layers: 1, Width: 16, Heads: 2, BlockSize: 8, CondSize: 8);
        var options = new GptTrainingOptions(Steps, BatchSize: 4, Rate: 1e-2, WarmupSteps: 1, EmbeddingNoise: 0.25, Images: 12, Seed: 3);
        using var data = new CodeDataset(arange(12 * 8, int64).remainder(16).view(12, 8), Models.Clip.Clip.Normalize(arange(12 * 8, float32).sin().view(12, 8)));

        Check((folder, progress, cancellation) => new GptTrainer(config, options, CPU).Train(data, folder, progress, cancellation).Model);
    }

    /// <summary>With the discriminator from the third step, and codes revived every second.</summary>
    [Fact]
    public void Of_a_vqgan()
    {
        var config = new VqganConfig(CodebookSize: 64, EmbedSize: 8, Channels: 32, Multipliers: [1, 1], ResBlocks: 1, AttentionResolutions: [], Resolution: 32, DiscriminatorChannels: 4);
        var options = new VqganTrainingOptions(Steps, BatchSize: 2, Rate: 1e-3, WarmupSteps: 1, QuantiseFrom: 1, AdversarialFrom: 2, ReviveEvery: 2, ReviveUntil: 4, Seed: 3);

        Check((folder, progress, cancellation) => new VqganTrainer(config, options, new ShapesDataset(32, 1), null, CPU).Train(folder, progress, cancellation).Model);
    }

    [Fact]
    public void Of_a_clip() => CheckClip("clip", texts: null);

    [Fact]
    public void Of_a_clips_texts() => CheckClip("texts", new(Steps, 1e-2, DistanceWeight: 1));

    private void CheckClip(string stage, TextAlignmentOptions? texts)
    {
        var config = new ClipConfig(EmbedSize: 8, ImageSize: 16, VisionLayers: 1, VisionWidth: 64, PatchSize: 8, ContextLength: 12, VocabSize: 130, TextWidth: 16, TextHeads: 2, TextLayers: 1);
        var options = new ClipTrainingOptions(Steps, BatchSize: 3, Rate: 1e-2, WarmupSteps: 1, WeightDecay: 0.05, LargestLogitScale: 20, GapWeight: 1, GapFrom: 2, Seed: 3, texts);
        static int[] Tokenize(string text) => [128, .. text.Take(10).Select(letter => (int)letter), 129];

        Check((folder, progress, cancellation) => new ClipTrainer(config, options, new ShapesDataset(16, 1), Tokenize, CPU).Train(folder, progress, cancellation).Model, stage);
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <param name="stage">What is stopped after each step; null for everything.</param>
    private void Check(Func<string, IProgress<TrainingProgress>?, CancellationToken, nn.Module> train, string? stage = null)
    {
        using var undisturbed = train(Path.Combine(_folder, "undisturbed"), null, TestContext.Current.CancellationToken);

        string folder = Path.Combine(_folder, "disturbed");
        nn.Module? resumed = null;
        int stops = 0;
        while (resumed is null)
        {
            using var stop = new CancellationTokenSource();
            try
            {
                // The first report comes with the first step.
                resumed = train(folder, new Call(stage, stop.Cancel), stop.Token);
            }
            catch (OperationCanceledException)
            {
                stops++;
                HalfWrite(folder);
            }
        }

        Assert.Equal(Steps - 1, stops);
        foreach (var ((name, expected), (_, actual)) in ModuleWeights.Export(undisturbed).Zip(ModuleWeights.Export(resumed))) TensorAssert.Same(expected, actual, name);
        resumed.Dispose();
    }

    /// <summary>What a process leaves that is killed while it writes.</summary>
    private static void HalfWrite(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "next"));
        File.WriteAllBytes(Path.Combine(folder, "next", "network.bin"), [1, 2, 3]);
    }

    private sealed class Call(string? stage, Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (stage is null || value.Stage == stage) action();
        }
    }
}
