using ClipGen.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Optimization;

public sealed class ConditionWhiteningTests
{
    [Fact]
    public void Quiet_and_loud_directions_become_equally_loud_and_empty_ones_stay_silent()
    {
        using var _ = NewDisposeScope();
        var (embeddings, basis) = Embeddings();
        var (weight, bias) = ConditionWhitening.Create(embeddings, noise: 0, width: 400);
        float Loudness(int direction) => weight.matmul(basis[direction]).norm().item<float>() * Scale[direction];

        Assert.Equal(1, Loudness(0) / Loudness(1), 0.1);
        Assert.True(Loudness(2) < 0.01 * Loudness(1));
        var projected = embeddings.matmul(weight.t()) + bias;
        Assert.Equal(0, projected.mean([0L]).abs().max().item<float>(), 3);
        Assert.Equal(1, projected.var().item<float>(), 0.25);
    }

    [Fact]
    public void A_direction_below_the_noise_is_not_raised()
    {
        using var _ = NewDisposeScope();
        var (embeddings, basis) = Embeddings();
        var (weight, bias) = ConditionWhitening.Create(embeddings, noise: 0.1 * Math.Sqrt(Size), width: 400); // ten times the quiet direction's
        float quiet = weight.matmul(basis[1]).norm().item<float>(), loud = weight.matmul(basis[0]).norm().item<float>();
        Assert.True(quiet < loud);
    }

    private const int Size = 16;
    private static readonly float[] Scale = [0.5f, 0.01f, 1e-6f];

    /// <summary>4000 rows about a common mean that differ a lot along one direction, little along a second, and nowhere else.</summary>
    private static (Tensor Embeddings, Tensor Basis) Embeddings()
    {
        random.manual_seed(1);
        var basis = linalg.qr(randn(Size, Size)).Q.t();                                       // [C, C], orthonormal rows
        var amounts = randn(4000, 3) * tensor(Scale);
        return (amounts.matmul(basis.narrow(0, 0, 3)) + basis[5] * 0.8, basis);
    }
}
