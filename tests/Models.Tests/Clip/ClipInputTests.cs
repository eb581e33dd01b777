using ClipGen.Models.Clip;
using ClipGen.Models.Imaging;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Clip;

public sealed class ClipInputTests
{
    /// <summary>Decoder output a little outside [−1, 1]: the original hands it to CLIP as it is, we clamp and normalise it.</summary>
    [Fact]
    public void Normalises_decoded_pixels_unless_told_to_do_as_the_original()
    {
        using var scope = NewDisposeScope();
        var pixels = tensor(new[] { -1.5f, -1, 0, 1.25f }, [1, 1, 2, 2]).expand(1, 3, 2, 2);

        var original = ClipInput.FromDecoder(pixels, 2, referenceQuirks: true);
        var ours = ClipInput.FromDecoder(pixels, 2);

        TensorAssert.Same(pixels.contiguous(), original, "the original's input");
        for (int channel = 0; channel < 3; channel++)
        {
            double mean = PixelNormalization.Clip.Mean[channel], std = PixelNormalization.Clip.Std[channel];
            var expected = tensor(new[] { (0 - mean) / std, (0 - mean) / std, (0.5 - mean) / std, (1 - mean) / std }, [2, 2]);
            TensorAssert.Close(expected, ours[0][channel], 1e-6, $"our input, channel {channel}");
        }
    }

    [Fact]
    public void Leaves_its_argument_alone()
    {
        using var scope = NewDisposeScope();
        var pixels = full([1, 3, 4, 4], 2f);

        foreach (bool quirks in new[] { false, true })
        {
            foreach (int side in new[] { 4, 3 }) ClipInput.FromDecoder(pixels, side, quirks).Dispose();
        }

        TensorAssert.Same(full([1, 3, 4, 4], 2f), pixels, "the pixels");
    }
}
