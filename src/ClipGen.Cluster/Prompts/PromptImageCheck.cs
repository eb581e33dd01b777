using System.Globalization;

namespace ClipGen.Cluster.Prompts;

/// <summary>What can be said against a prompt image without decoding it.</summary>
public static class PromptImageCheck
{
    /// <returns>What is wrong and what would be right, to be read after the parameter's name; null for nothing.</returns>
    public static string? Problem(ReadOnlySpan<byte> file, PromptImageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (file.IsEmpty) return "is empty; send a PNG, JPEG or WebP file.";
        if (file.Length > options.MaxBytes) return string.Create(CultureInfo.InvariantCulture, $"has {file.Length} bytes; at most {options.MaxBytes} are taken.");
        if (PromptImage.Of(file) is not { Format: var format }) return "is no PNG, JPEG or WebP image: it begins with other bytes than theirs.";
        if (ImageHeader.ReadSize(file, format) is not { } size) return $"has a {Name(format)} header that is damaged or cut short; send a whole file.";
        return size.Width <= options.MaxSide && size.Height <= options.MaxSide ? null
            : string.Create(CultureInfo.InvariantCulture, $"has {size.Width}×{size.Height} pixels; at most {options.MaxSide}×{options.MaxSide} are taken.");
    }

    private static string Name(ImageFormat format) => format switch { ImageFormat.Jpeg => "JPEG", ImageFormat.Webp => "WebP", _ => "PNG" };
}
