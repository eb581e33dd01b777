using SkiaSharp;

namespace ClipGen.Models.Imaging;

/// <summary>
/// Decodes PNG, JPEG and WebP as PIL's <c>convert("RGB")</c> does: alpha is dropped, not blended; gray and palettes are
/// expanded; colour profiles, gamma and EXIF orientation are ignored; of an animation, the first frame.
/// </summary>
public static class ImageReader
{
    /// <summary>Pixels that an image may have unless the caller says otherwise: 64 million (four bytes each while decoding).</summary>
    public const long DefaultMaxPixels = 64_000_000;

    /// <summary>Decodes an image file.</summary>
    /// <param name="maxPixels">Width × height above which the image is refused, before any memory is set aside for it.</param>
    /// <exception cref="InvalidDataException">The file is no image of these formats, is damaged, cut short or too large; the message says which.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static RgbImage Read(string path, long maxPixels = DefaultMaxPixels)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            return Decode(bytes, maxPixels);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Decodes an image file's bytes.</summary>
    /// <param name="maxPixels">Width × height above which the image is refused, before any memory is set aside for it.</param>
    /// <exception cref="InvalidDataException">The bytes are no image of these formats, are damaged, cut short or too large; the message says which.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, long maxPixels = DefaultMaxPixels)
    {
        var format = Format(bytes) ?? throw new InvalidDataException(
            bytes.IsEmpty ? "The image is empty." : "Not a PNG, JPEG or WebP image: it begins with other bytes than theirs.");
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException($"The {format} header is damaged or cut short.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width < 1 || height < 1) throw new InvalidDataException($"The {format} image has no pixels: {width}×{height}.");
        maxPixels = Math.Min(maxPixels, Array.MaxLength / 4);
        if ((long)width * height > maxPixels)
            throw new InvalidDataException($"The {format} image has {width}×{height} pixels; at most {maxPixels} are accepted.");

        // Without a colour space Skia converts none; unpremultiplied keeps the colour of transparent pixels.
        var opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        var rgba = new byte[info.BytesSize64];
        var result = codec.GetPixels(info, rgba);
        return result switch
        {
            SKCodecResult.Success => new RgbImage(width, height, DropAlpha(rgba)),
            SKCodecResult.IncompleteInput => throw new InvalidDataException($"The {format} image is cut short: it ends before its last row."),
            SKCodecResult.ErrorInInput => throw new InvalidDataException($"The {format} image is damaged: its pixels cannot be decoded."),
            SKCodecResult.InvalidInput => throw new InvalidDataException($"The {format} image is damaged or cut short: its pixels cannot be decoded."),
            _ => throw new InvalidDataException($"The {format} image cannot be decoded ({result})."),
        };
    }

    private static ImageFileFormat? Format(ReadOnlySpan<byte> bytes) => bytes switch
    {
        _ when bytes.StartsWith(PngChunks.Signature) => ImageFileFormat.Png,
        [0xff, 0xd8, 0xff, ..] => ImageFileFormat.Jpeg,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageFileFormat.Webp,
        _ => null,
    };

    private static byte[] DropAlpha(byte[] rgba)
    {
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            rgb[to] = rgba[from];
            rgb[to + 1] = rgba[from + 1];
            rgb[to + 2] = rgba[from + 2];
        }
        return rgb;
    }
}
