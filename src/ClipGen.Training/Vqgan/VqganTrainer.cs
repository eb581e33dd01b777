using ClipGen.Models.Vqgan;
using ClipGen.Training.Data;
using ClipGen.Training.Losses;
using ClipGen.Training.Optimization;
using ClipGen.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Vqgan;

/// <summary>How a VQGAN is trained.</summary>
/// <param name="Rate">Highest learning rate of both Adams.</param>
/// <param name="Beta1">Of both Adams, like <paramref name="Beta2"/> (the original: 0.5 and 0.9).</param>
/// <param name="QuantiseFrom">
/// First step with quantisation (the original: 0). Until then it is a plain autoencoder; then the codebook starts on its latents
/// (data-dependent initialisation, Łańcucki et al. 2020), instead of waiting for a handful of codes to spread.
/// </param>
/// <param name="AdversarialFrom">First step at which the discriminator takes part (the original: the second epoch).</param>
/// <param name="ReviveEvery">Steps between revivals of unused codes; 0 for none.</param>
/// <param name="ReviveUntil">Step after which codes are left alone.</param>
/// <param name="CodebookWeight">Weight of the quantiser's loss (the original: 1).</param>
/// <param name="SquaredWeight">
/// Weight of the mean squared error beside the absolute one (the original: 0). It stands in for the perceptual term where there are no
/// LPIPS weights: an absolute error hardly minds that a small object is missing.
/// </param>
/// <param name="ZeroBranches">Start from <see cref="VqganInitialization"/> instead of PyTorch's defaults, which the original uses.</param>
/// <param name="Constant">Keep the rate as it is, as the original does, instead of letting it fall along a cosine.</param>
public sealed record VqganTrainingOptions(long Steps, int BatchSize, double Rate, long WarmupSteps, long QuantiseFrom, long AdversarialFrom, long ReviveEvery, long ReviveUntil, ulong Seed, double Beta1 = 0.5, double Beta2 = 0.9, double CodebookWeight = 1, double SquaredWeight = 0, bool ZeroBranches = false, bool Constant = false);

/// <summary>Trains a VQGAN on images alone.</summary>
public sealed class VqganTrainer(VqganConfig config, VqganTrainingOptions options, IImageDataset data, Lpips? lpips, Device device)
{
    private const string Stage = "vqgan";

    /// <summary>Trains from where <paramref name="folder"/> left off to the end.</summary>
    /// <returns>The trained network, which the caller disposes, and its last losses.</returns>
    public (Models.Vqgan.Vqgan Model, IReadOnlyDictionary<string, double> Losses) Train(string folder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        random.manual_seed((long)options.Seed);
        var model = new Models.Vqgan.Vqgan(config, device);
        if (options.ZeroBranches) VqganInitialization.Apply(model);
        model.train();
        using var training = new VqganTrainingStep(model, lpips, options.Rate, options.Beta1, options.Beta2, options.CodebookWeight, options.SquaredWeight);
        using var revival = new CodeRevival(config.CodebookSize, device);
        var schedule = new CosineWarmup(options.WarmupSteps, options.Steps, options.Rate, options.Rate * 0.02);

        IReadOnlyDictionary<string, double> Step(long step)
        {
            double rate = options.Constant ? options.Rate : schedule.At(step + 1);
            ParameterGroups.SetRate(training.GeneratorOptimizer, rate);
            ParameterGroups.SetRate(training.DiscriminatorOptimizer, rate);
            var images = ImageBatches.ToTensor(ImageBatches.Read(data, step * options.BatchSize, options.BatchSize), device) * 2 - 1;
            bool quantise = step >= options.QuantiseFrom, adversarial = step >= options.AdversarialFrom;
            var generator = training.StepGenerator(images, adversarial, quantise);
            TrainingDivergedException.ThrowIfNotFinite(Stage, step, "total", generator.Total);
            var losses = new Dictionary<string, double> { ["l1"] = generator.L1, ["quantisation"] = generator.Quantisation };
            if (lpips is not null) losses["perceptual"] = generator.Perceptual;
            if (adversarial)
            {
                losses["adversarial"] = generator.Adversarial;
                losses["discriminator"] = training.StepDiscriminator(images).Loss;
            }
            if (options.ReviveEvery > 0 && step < options.ReviveUntil)
            {
                if (quantise) revival.Note(generator.Codes);
                bool due = quantise ? (step + 1) % options.ReviveEvery == 0 : step + 1 == options.QuantiseFrom;
                if (due) losses["unused_codes"] = revival.Revive(model.quantizer.embedding.weight!, generator.Z);
            }
            return losses;
        }

        var loop = new TrainingLoop(Stage, options.Steps, options.Seed, folder, progress);
        var final = loop.Run(model, [training.GeneratorOptimizer, training.DiscriminatorOptimizer], Step, cancellationToken, revival);
        model.eval();
        return (model, final);
    }
}
