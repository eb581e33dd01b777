using ClipGen.Models.Imaging;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Clip;

/// <summary>Brings images into the range CLIP was trained with.</summary>
public static class ClipInput
{
    /// <summary>[B, 3, H, W] in [0, 1] to CLIP's normalisation.</summary>
    public static Tensor FromUnit(Tensor images)
    {
        using var scope = NewDisposeScope();
        return ((images - Channels(PixelNormalization.Clip.Mean, images)) / Channels(PixelNormalization.Clip.Std, images)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A VQGAN decoder's output to CLIP's input: bilinear to <paramref name="side"/> (no antialias, as the original), then clamped
    /// and normalised. The original leaves the last two out, so that CLIP sees a range it was not trained with.
    /// </summary>
    /// <param name="pixels">[B, 3, H, W], about [−1, 1].</param>
    /// <param name="referenceQuirks">Do as the original does.</param>
    /// <returns>[B, 3, side, side].</returns>
    public static Tensor FromDecoder(Tensor pixels, int side, bool referenceQuirks = false)
    {
        using var scope = NewDisposeScope();
        var resized = pixels.size(2) == side && pixels.size(3) == side
            ? pixels
            : functional.interpolate(pixels, [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
        if (referenceQuirks) return (ReferenceEquals(resized, pixels) ? pixels.alias() : resized).MoveToOuterDisposeScope();
        return FromUnit(resized.clamp(-1, 1) * 0.5 + 0.5).MoveToOuterDisposeScope();
    }

    private static Tensor Channels(IReadOnlyList<float> values, Tensor like) => tensor([.. values], [1, 3, 1, 1], like.dtype, like.device);
}
