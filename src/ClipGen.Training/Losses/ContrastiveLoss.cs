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
}
