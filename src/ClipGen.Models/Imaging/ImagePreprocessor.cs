namespace ClipGen.Models.Imaging;

/// <summary>The original's validation transform: what an image goes through before VQGAN and CLIP see it.</summary>
public sealed class ImagePreprocessor
{
    /// <param name="imageSize">Side of the square that VQGAN sees, in pixels. Default: 256.</param>
    /// <param name="clipSize">Side of the square that CLIP sees, in pixels. Default: 224.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public ImagePreprocessor(int imageSize = 256, int clipSize = 224)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(clipSize, 1);
        (ImageSize, ClipSize) = (imageSize, clipSize);
    }

    public int ImageSize { get; }

    public int ClipSize { get; }

    /// <summary>Resizes the shorter side to <see cref="ImageSize"/> and cuts the square out of the middle.</summary>
    /// <returns>A new image, <see cref="ImageSize"/> × <see cref="ImageSize"/>.</returns>
    /// <exception cref="ArgumentException">The image's byte count does not fit its size.</exception>
    public RgbImage CropForVqgan(RgbImage image)
    {
        image.Checked();
        var shorter = Math.Min(image.Width, image.Height);
        return PillowBilinear.ResizeWindow(image, MiddleOf(image.Width, shorter), MiddleOf(image.Height, shorter));
    }

    /// <summary>Resizes the square that VQGAN sees to the one that CLIP sees. Bilinear, as CLIP-GEN was trained; OpenAI's CLIP has bicubic.</summary>
    /// <returns>A new image, <see cref="ClipSize"/> × <see cref="ClipSize"/>.</returns>
    /// <exception cref="ArgumentException">The image is not square, or its byte count does not fit its size.</exception>
    public RgbImage ResizeForClip(RgbImage crop)
    {
        crop.Checked();
        if (crop.Width != crop.Height) throw new ArgumentException($"CLIP's input is made from a square crop, not from {crop.Width}×{crop.Height} pixels.", nameof(crop));
        return PillowBilinear.Resize(crop, ClipSize, ClipSize);
    }

    private ResizeAxis MiddleOf(int side, int shorter)
    {
        var resized = (long)ImageSize * side / shorter;
        // Half to even, as Python rounds.
        var first = (long)Math.Round((resized - ImageSize) / 2.0, MidpointRounding.ToEven);
        return new ResizeAxis(resized, first, ImageSize);
    }
}
