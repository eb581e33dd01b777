using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>Answer of <c>POST /v1/images/generations</c> when it is not a stream.</summary>
public sealed record ImagesResponse
{
    /// <summary>Unix time in whole seconds.</summary>
    public required long Created { get; init; }

    /// <summary><c>opaque</c>.</summary>
    public string? Background { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c> or <c>webp</c>; always sent.</summary>
    public required string OutputFormat { get; init; }

    /// <summary>Sent because clients expect it; without meaning here.</summary>
    public string? Quality { get; init; }

    /// <summary><c>WxH</c> in pixels.</summary>
    public string? Size { get; init; }

    /// <summary>Best first.</summary>
    public required IReadOnlyList<ImageData> Data { get; init; }

    /// <summary>What it took.</summary>
    public ImageUsage? Usage { get; init; }
}

/// <summary>One image of an <see cref="ImagesResponse"/>: its bytes or where they are.</summary>
public sealed record ImageData
{
    /// <summary>The file in padded standard base64; null when <see cref="Url"/> is set.</summary>
    [JsonPropertyName("b64_json")]
    public string? B64Json { get; init; }

    /// <summary>Absolute address of the file; null when <see cref="B64Json"/> is set.</summary>
    public string? Url { get; init; }

    /// <summary>Ours: the request's seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Ours: the candidate's index within the request.</summary>
    public int? Candidate { get; init; }

    /// <summary>Ours: cosine similarity of image and prompt, −1 to 1.</summary>
    public double? ClipScore { get; init; }

    /// <summary>Ours: lower-case hex SHA-256 of the file.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Ours: id of the generation, for <c>/v1/generations/{id}</c>.</summary>
    public string? Id { get; init; }
}

/// <summary>Tokens read and drawn.</summary>
public sealed record ImageUsage
{
    public required long TotalTokens { get; init; }

    /// <summary>Text tokens of the prompt.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Codes drawn over all candidates.</summary>
    public required long OutputTokens { get; init; }
    public required TokenDetails InputTokensDetails { get; init; }
    public required TokenDetails OutputTokensDetails { get; init; }
}

/// <summary>Tokens by what they stand for.</summary>
public sealed record TokenDetails
{
    public required long TextTokens { get; init; }
    public required long ImageTokens { get; init; }
}
