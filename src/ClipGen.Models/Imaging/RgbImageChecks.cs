namespace ClipGen.Models.Imaging;

/// <summary>What every function here asks of an image before it indexes into its bytes.</summary>
internal static class RgbImageChecks
{
    /// <exception cref="ArgumentException">The image is empty, or its byte count is not Width × Height × 3.</exception>
    public static RgbImage Checked(this RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Width < 1 || image.Height < 1 || image.Pixels.LongLength != (long)image.Width * image.Height * 3)
        {
            throw new ArgumentException(
                $"An image of {image.Width}×{image.Height} pixels has {(long)image.Width * image.Height * 3} bytes, not {image.Pixels.LongLength}.",
                nameof(image));
        }
        return image;
    }
}
