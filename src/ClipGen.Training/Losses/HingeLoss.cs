using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Training.Losses;

/// <summary>The adversarial losses of a VQGAN (losses/hinge.py); logits are [B, 1, h, w].</summary>
public static class HingeLoss
{
    /// <summary>−mean(fake): the generator wants its pictures called real.</summary>
    public static Tensor Generator(Tensor fake) => -fake.mean();

    /// <summary>½ (mean(relu(1 − real)) + mean(relu(1 + fake))).</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake) => 0.5 * (functional.relu(1 - real).mean() + functional.relu(1 + fake).mean());
}
