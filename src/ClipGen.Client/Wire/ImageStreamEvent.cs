using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>One <c>data:</c> line of <c>POST /v1/images/generations</c> with <c>stream</c>; what it is stands in <see cref="Type"/>.</summary>
public sealed record ImageStreamEvent
{
    /// <summary><see cref="Type"/> of a preview.</summary>
    public const string PartialImage = "image_generation.partial_image";

    /// <summary><see cref="Type"/> of the finished image, the last event.</summary>
    public const string Completed = "image_generation.completed";

    /// <summary><see cref="PartialImage"/> or <see cref="Completed"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The file in padded standard base64.</summary>
    [JsonPropertyName("b64_json")]
    public required string B64Json { get; init; }

    /// <summary>From 0; null on <see cref="Completed"/>.</summary>
    public int? PartialImageIndex { get; init; }

    /// <summary>Unix time in whole seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary><c>WxH</c> in pixels.</summary>
    public required string Size { get; init; }

    /// <summary>Sent because clients expect it; without meaning here.</summary>
    public required string Quality { get; init; }

    /// <summary><c>opaque</c>.</summary>
    public required string Background { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c> or <c>webp</c>.</summary>
    public required string OutputFormat { get; init; }

    /// <summary>Only on <see cref="Completed"/>.</summary>
    public ImageUsage? Usage { get; init; }

    /// <summary>Ours: the request's seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Ours: the candidate's index within the request.</summary>
    public int? Candidate { get; init; }

    /// <summary>Ours, only on <see cref="Completed"/>: cosine similarity of image and prompt, −1 to 1.</summary>
    public double? ClipScore { get; init; }

    /// <summary>Ours, only on <see cref="Completed"/>: lower-case hex SHA-256 of the file.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Ours: id of the generation.</summary>
    public string? Id { get; init; }
}
