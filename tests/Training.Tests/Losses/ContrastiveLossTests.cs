using ClipGen.Training.Losses;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Losses;

public sealed class ContrastiveLossTests
{
    /// <summary>Two pairs at right angles: each row's own logit is s, the other 0, so each cross-entropy is log(1 + e⁻ˢ).</summary>
    [Fact]
    public void Is_the_mean_of_both_directions()
    {
        using var scope = NewDisposeScope();
        var own = eye(2);

        double loss = ContrastiveLoss.Compute(own, own, tensor(MathF.Log(3))).item<float>();

        Assert.Equal(Math.Log(1 + Math.Exp(-3)), loss, 1e-6);
    }
}
