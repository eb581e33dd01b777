using SkiaSharp;

namespace ClipGen.Models.Imaging;

/// <summary>Encodes images. The same image, format and metadata give the same bytes.</summary>
public static class ImageWriter
{
    // Written out, so that a new library default does not change the bytes of an image that is replayed.
    private static readonly SKPngEncoderOptions Png = new(SKPngEncoderFilterFlags.AllFilters, zLibLevel: 6);
    private static readonly SKJpegEncoderOptions Jpeg = new(90, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore);
    private static readonly SKWebpEncoderOptions Webp = new(SKWebpEncoderCompression.Lossy, 80);

    /// <summary>Encodes as PNG (lossless), JPEG (quality 90, 4:2:0) or WebP (lossy, quality 80).</summary>
    /// <param name="metadata">
    /// Keywords and texts that a PNG carries, in this order, as uncompressed iTXt chunks after its header; see <see cref="PngMetadata"/>.
    /// JPEG and WebP leave them out. Null: none.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The image's byte count does not fit its size, the format cannot hold that size (JPEG: 65500, WebP: 16383 pixels a side),
    /// or a keyword is not 1–79 printable Latin-1 characters without leading, trailing or double spaces.
    /// </exception>
    public static byte[] Encode(RgbImage image, ImageFileFormat format, IReadOnlyList<KeyValuePair<string, string>>? metadata = null)
    {
        image.Checked();
        var longest = Longest(format);
        if (image.Width > longest || image.Height > longest)
            throw new ArgumentException($"A {format} image has at most {longest} pixels a side, not {image.Width}×{image.Height}.", nameof(image));
        var encoded = EncodeRgba(AddAlpha(image.Pixels), image.Width, image.Height, format);
        return format == ImageFileFormat.Png && metadata is { Count: > 0 } ? PngMetadata.Insert(encoded, metadata) : encoded;
    }

    private static unsafe byte[] EncodeRgba(byte[] rgba, int width, int height, ImageFileFormat format)
    {
        fixed (byte* pixels = rgba)
        {
            using var pixmap = new SKPixmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)pixels);
            using var data = format switch
            {
                ImageFileFormat.Png => pixmap.Encode(Png),
                ImageFileFormat.Jpeg => pixmap.Encode(Jpeg),
                ImageFileFormat.Webp => pixmap.Encode(Webp),
                _ => throw new ArgumentOutOfRangeException(nameof(format)),
            };
            return data?.ToArray() ?? throw new InvalidOperationException($"An image of {width}×{height} pixels could not be written as {format}.");
        }
    }

    private static int Longest(ImageFileFormat format) => format switch
    {
        ImageFileFormat.Png => int.MaxValue,
        ImageFileFormat.Jpeg => 65_500,
        ImageFileFormat.Webp => 16_383,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not an image file format."),
    };

    private static byte[] AddAlpha(byte[] rgb)
    {
        var rgba = new byte[checked(rgb.Length / 3 * 4)];
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgba[to] = rgb[from];
            rgba[to + 1] = rgb[from + 1];
            rgba[to + 2] = rgb[from + 2];
            rgba[to + 3] = 255;
        }
        return rgba;
    }
}
