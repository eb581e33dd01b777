using System.Security.Cryptography;

namespace ClipGen;

/// <summary>
/// An image that is a prompt, named by its content: requests and records stay small, and equal requests are equal. Its file is kept in
/// the image store (<see cref="IPromptImageGrain"/>).
/// </summary>
/// <param name="Sha256">Lower-case hex SHA-256 of the file.</param>
/// <param name="Format">What the file is.</param>
[GenerateSerializer, Immutable, Alias("clipgen.PromptImage")]
public sealed record PromptImage([property: Id(0)] string Sha256, [property: Id(1)] ImageFormat Format)
{
    /// <summary>The file's name in the image store.</summary>
    public string Name => $"prompt-{Sha256}.{GenerationRequest.Extension(Format)}";

    internal bool IsNamed => Sha256 is { Length: 64 } && Sha256.All(char.IsAsciiHexDigitLower) && Enum.IsDefined(Format);

    /// <summary>Names a file by its content; looks at no more of it than its first bytes.</summary>
    /// <returns>Null when it begins as no PNG, JPEG or WebP does.</returns>
    public static PromptImage? Of(ReadOnlySpan<byte> file)
    {
        ImageFormat? format = file switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => ImageFormat.Png,
            [0xff, 0xd8, 0xff, ..] => ImageFormat.Jpeg,
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageFormat.Webp,
            _ => null,
        };
        return format is { } known ? new(Convert.ToHexStringLower(SHA256.HashData(file)), known) : null;
    }
}

/// <summary>One part of a prompt that is blended from several: a text or an image.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.PromptPart")]
public sealed record PromptPart
{
    /// <summary>Null for an image.</summary>
    [Id(0)] public string? Text { get; init; }

    /// <summary>Null for a text.</summary>
    [Id(1)] public PromptImage? Image { get; init; }

    /// <summary>Its share relative to the other parts'; positive. Default: 1.</summary>
    [Id(2)] public double Weight { get; init; } = 1;
}
