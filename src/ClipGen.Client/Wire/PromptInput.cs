namespace ClipGen.Client.Wire;

/// <summary>A part of a request's <c>prompts</c>: a text or an image.</summary>
public sealed record PromptInput
{
    /// <summary>Null for an image.</summary>
    public string? Text { get; init; }

    /// <summary>A PNG, JPEG or WebP file as a <c>data:</c> URL or in base64; null for a text.</summary>
    public string? Image { get; init; }

    /// <summary>Its share relative to the other parts'; a positive number. Null: 1.</summary>
    public double? Weight { get; init; }
}

/// <summary>A part of a generation's prompt, as it is told: an image by its hash.</summary>
public sealed record PromptResource
{
    /// <summary>Null for an image.</summary>
    public string? Text { get; init; }

    /// <summary>Lower-case hex SHA-256 of the image's file; null for a text.</summary>
    public string? ImageSha256 { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c> or <c>webp</c>; null for a text.</summary>
    public string? ImageFormat { get; init; }

    /// <summary>Its share relative to the other parts'.</summary>
    public required double Weight { get; init; }
}
