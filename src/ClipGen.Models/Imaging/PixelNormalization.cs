using System.Collections.Immutable;

namespace ClipGen.Models.Imaging;

/// <summary>How a network wants its pixels: (value in [0, 1] − mean) / std, by channel in the order red, green, blue.</summary>
public sealed class PixelNormalization
{
    /// <exception cref="ArgumentException">Not three numbers each, or a standard deviation that is not positive.</exception>
    public PixelNormalization(ImmutableArray<float> mean, ImmutableArray<float> std)
    {
        if (mean.Length != 3 || std.Length != 3) throw new ArgumentException("A normalisation has three means and three standard deviations.");
        if (!std.All(s => s > 0)) throw new ArgumentException("Standard deviations are positive.", nameof(std));
        (Mean, Std) = (mean, std);
    }

    /// <summary>OpenAI CLIP's image statistics.</summary>
    public static PixelNormalization Clip { get; } = new([0.48145466f, 0.4578275f, 0.40821073f], [0.26862954f, 0.26130258f, 0.27577711f]);

    /// <summary>Mean 0.5, std 0.5: [0, 1] becomes [-1, 1], VQGAN's range.</summary>
    public static PixelNormalization HalfHalf { get; } = new([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);

    public ImmutableArray<float> Mean { get; }

    public ImmutableArray<float> Std { get; }
}
