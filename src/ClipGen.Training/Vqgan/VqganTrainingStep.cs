using ClipGen.Models.Layers;
using ClipGen.Models.Vqgan;
using ClipGen.Training.Losses;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ClipGen.Training.Vqgan;

/// <summary>
/// One step of VQGAN's two players (train_vqgan.py): the generator (encoder, decoder, codebook) on reconstruction, codebook
/// and adversarial losses, then the discriminator on the updated generator's pictures.
/// </summary>
public sealed class VqganTrainingStep : IDisposable
{
    /// <summary>Weight of the adversarial term after the adaptive weight.</summary>
    public const double DiscriminatorWeight = 0.8;

    private readonly Models.Vqgan.Vqgan model;
    private readonly Lpips? lpips;
    private readonly double codebookWeight;
    private readonly double squaredWeight;

    /// <param name="lpips">Perceptual term, or null to train without one.</param>
    /// <param name="codebookWeight">Weight of the quantiser's loss (the original: 1).</param>
    /// <param name="squaredWeight">Weight of the mean squared error beside the absolute one (the original: 0).</param>
    public VqganTrainingStep(Models.Vqgan.Vqgan model, Lpips? lpips, double rate, double beta1 = 0.5, double beta2 = 0.9, double codebookWeight = 1, double squaredWeight = 0)
    {
        (this.codebookWeight, this.squaredWeight) = (codebookWeight, squaredWeight);
        this.model = model;
        this.lpips = lpips;
        GeneratorOptimizer = optim.Adam(model.encoder.parameters().Concat(model.decoder.parameters()).Concat(model.quantizer.parameters()), rate, beta1, beta2);
        DiscriminatorOptimizer = optim.Adam(model.discriminator.parameters(), rate, beta1, beta2);
    }

    public Adam GeneratorOptimizer { get; }

    public Adam DiscriminatorOptimizer { get; }

    /// <summary>Updates encoder, decoder and codebook.</summary>
    /// <param name="images">[B, 3, R, R] in [−1, 1].</param>
    /// <param name="adversarial">Whether the discriminator takes part yet.</param>
    /// <param name="quantise">False feeds the decoder the encoder's own output: a plain autoencoder, to begin with.</param>
    /// <returns>The losses, and the encoder's output [B, Z, h, w] and codes [B, h, w] of this batch, without gradients.</returns>
    public GeneratorResult StepGenerator(Tensor images, bool adversarial, bool quantise = true)
    {
        using var scope = NewDisposeScope();
        GeneratorOptimizer.zero_grad();
        var z = model.encoder.forward(images);
        var (quantized, quantLoss, codes) = model.quantizer.forward(z);
        var reconstruction = model.decoder.forward(quantise ? quantized : z);
        var l1 = (images - reconstruction).abs().mean();
        var perceptual = lpips?.forward(images, reconstruction).mean() ?? zeros([], device: images.device);
        var reconstructionLoss = l1 + perceptual;
        if (squaredWeight > 0) reconstructionLoss = reconstructionLoss + squaredWeight * (images - reconstruction).square().mean();
        var total = quantise ? reconstructionLoss + codebookWeight * quantLoss : reconstructionLoss;
        Tensor? logits = null, adversarialLoss = null;
        double weight = 0;
        if (adversarial)
        {
            logits = model.discriminator.forward(reconstruction);
            adversarialLoss = HingeLoss.Generator(logits);
            weight = AdaptiveWeight(reconstructionLoss, adversarialLoss);
            total = total + weight * DiscriminatorWeight * adversarialLoss;
        }
        total.backward();
        GeneratorOptimizer.step();
        return new(
            l1.item<float>(), perceptual.item<float>(), quantLoss.item<float>(), adversarialLoss?.item<float>() ?? 0, weight, total.item<float>(),
            z.detach().MoveToOuterDisposeScope(), codes.detach().MoveToOuterDisposeScope(), logits?.detach().MoveToOuterDisposeScope());
    }

    /// <summary>Updates the discriminator on the pictures of the generator as it is now: real batch first, then fake.</summary>
    public DiscriminatorResult StepDiscriminator(Tensor images)
    {
        using var scope = NewDisposeScope();
        DiscriminatorOptimizer.zero_grad();
        Tensor reconstruction;
        using (no_grad()) reconstruction = model.decoder.forward(model.encode(images).Quantized);
        var real = model.discriminator.forward(images);
        var fake = model.discriminator.forward(reconstruction);
        var loss = HingeLoss.Discriminator(real, fake);
        loss.backward();
        DiscriminatorOptimizer.step();
        return new(loss.item<float>(), real.detach().MoveToOuterDisposeScope(), fake.detach().MoveToOuterDisposeScope());
    }

    /// <summary>Ratio of the two losses' gradients at the decoder's last weights (Esser et al. 2021, eq. 7), at most 1e4.</summary>
    private double AdaptiveWeight(Tensor reconstructionLoss, Tensor adversarialLoss)
    {
        var last = ((Convolution2d)model.decoder.final.children().Last()).weight;
        var adversarial = autograd.grad([adversarialLoss], [last], retain_graph: true)[0];
        var reconstruction = autograd.grad([reconstructionLoss], [last], retain_graph: true)[0];
        return (reconstruction.norm() / (adversarial.norm() + 1e-4)).clamp(0, 1e4).item<float>();
    }

    public void Dispose()
    {
        GeneratorOptimizer.Dispose();
        DiscriminatorOptimizer.Dispose();
    }
}

/// <param name="DiscriminatorLogits">[B, 1, h, w], null before the discriminator takes part.</param>
public sealed record GeneratorResult(
    double L1, double Perceptual, double Quantisation, double Adversarial, double AdaptiveWeight, double Total, Tensor Z, Tensor Codes, Tensor? DiscriminatorLogits);

public sealed record DiscriminatorResult(double Loss, Tensor RealLogits, Tensor FakeLogits);
