using ClipGen.Models.Vqgan;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Runs;
using ClipGen.Training.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Runs;

[Collection(nameof(TorchRandomness))]
public sealed class DivergedTrainingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-training-").FullName;

    [Fact]
    public void A_training_whose_loss_is_no_number_says_so_and_saves_nothing_of_it()
    {
        var config = new VqganConfig(CodebookSize: 16, EmbedSize: 16, Channels: 32, Multipliers: [1], ResBlocks: 1, AttentionResolutions: [], Resolution: 16, DiscriminatorChannels: 4);
        var options = new VqganTrainingOptions(Steps: 50, BatchSize: 1, Rate: 1e30, WarmupSteps: 0, QuantiseFrom: 0, AdversarialFrom: 50, ReviveEvery: 1, ReviveUntil: 50, Seed: 3);

        var diverged = Assert.Throws<TrainingDivergedException>(() => new VqganTrainer(config, options, new ShapesDataset(16, 1), null, CPU).Train(_folder, null, CancellationToken.None));

        Assert.Contains("the training of vqgan broke off at step", diverged.Message, StringComparison.Ordinal);
        Assert.Contains("rate is too high", diverged.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
