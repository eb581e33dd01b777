using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Training.Losses;

/// <summary>CLIP's symmetric cross-entropy: each image must find its text among the batch's, and each text its image.</summary>
public static class ContrastiveLoss
{
    /// <param name="images">[B, E], L2-normalised.</param>
    /// <param name="texts">[B, E], L2-normalised; row i belongs to image i.</param>
    /// <param name="logitScale">Scalar: the logarithm of the inverse temperature.</param>
    public static Tensor Compute(Tensor images, Tensor texts, Tensor logitScale)
    {
        using var scope = NewDisposeScope();
        var logits = logitScale.exp() * images.matmul(texts.t()); // [B, B]
        var own = arange(images.shape[0], int64, images.device);
        return (0.5 * (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.t(), own))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Squared distance of the two towers' means: contrastive training leaves images and texts in two separate cones (the
    /// modality gap, Liang et al. 2022), which ranking does not mind, but a GPT does that learns from the one and is asked by the other.
    /// </summary>
    /// <param name="images">[B, E], L2-normalised.</param>
    /// <param name="texts">[B, E], L2-normalised.</param>
    public static Tensor Gap(Tensor images, Tensor texts) => (images.mean([0L]) - texts.mean([0L])).square().sum();

    /// <summary>Squared distance of a text and its image, on average.</summary>
    /// <param name="images">[B, E], L2-normalised.</param>
    /// <param name="texts">[B, E], L2-normalised; row i belongs to image i.</param>
    public static Tensor Distance(Tensor images, Tensor texts) => (images - texts).square().sum(1).mean();
}
