using ClipGen.Training.Losses;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Losses;

public sealed class HingeLossTests
{
    [Fact]
    public void Matches_the_original()
    {
        using var scope = NewDisposeScope();
        var goldens = new Goldens("vqgan_tiny_goldens.safetensors");
        Tensor fake = goldens["stage0_logits_fake"], real = goldens["logits_real"];

        goldens.Close("hinge_g", HingeLoss.Generator(fake), 2e-4);
        goldens.Close("hinge_d", HingeLoss.Discriminator(real, fake), 2e-4);
    }
}
