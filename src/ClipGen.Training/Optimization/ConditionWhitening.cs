using static TorchSharp.torch;

namespace ClipGen.Training.Optimization;

/// <summary>
/// A first weight for GPT's condition that shows it what sets embeddings apart. CLIP embeddings share most of their length, and some
/// attributes move them far less than others: from a random start a short training hears the loud ones alone.
/// </summary>
public static class ConditionWhitening
{
    /// <summary>
    /// Principal directions of the embeddings, each scaled to unit variance as far as it stands above the noise (Wiener's factor λ / (λ + σ²)),
    /// then mixed at random into <paramref name="width"/> numbers of unit variance on average.
    /// </summary>
    /// <param name="embeddings">[N, C], N &gt; 1.</param>
    /// <param name="noise">Length of the random vector that training adds to each embedding; its variance is noise² / C in every direction.</param>
    /// <param name="width">Numbers that a condition becomes, W.</param>
    /// <returns>Weight [W, C] and bias [W]; the mean embedding becomes 0. Draws from the global generator.</returns>
    public static (Tensor Weight, Tensor Bias) Create(Tensor embeddings, double noise, int width)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long count = embeddings.shape[0], size = embeddings.shape[1];
        var mean = embeddings.mean([0L]);                                                        // [C]
        var centred = embeddings - mean;
        var (values, vectors) = linalg.eigh(centred.t().matmul(centred) / (count - 1));          // [C], [C, C] by columns
        // A floor keeps directions that only rounding fills from being raised when there is no noise.
        var total = values.clamp_min(0) + Math.Max(noise * noise / size, 1e-4 * values.clamp_min(0).mean().item<float>());
        var heard = values.clamp_min(0) / total;                                                 // [C], 0 to 1
        var gain = heard / total.sqrt();                                                         // [C]
        double power = heard.square().sum().item<float>();
        var mix = randn(width, size, device: embeddings.device) / Math.Sqrt(power);              // [W, C]
        var weight = (mix * gain).matmul(vectors.t());                                           // [W, C]
        var bias = weight.matmul(mean).neg();                                                    // [W]
        return (weight.MoveToOuterDisposeScope(), bias.MoveToOuterDisposeScope());
    }
}
