using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>Body of <c>POST /v1/images/generations</c>: OpenAI's members, then ours. Every one may be null or absent, but something must say what to draw.</summary>
public sealed record CreateImageRequest
{
    /// <summary>The text to draw. Required unless <see cref="Image"/> or <see cref="Prompts"/> is there.</summary>
    public string? Prompt { get; init; }

    /// <summary>Name of a model bundle. Null: the server's only or default model.</summary>
    public string? Model { get; init; }

    /// <summary>Images to answer with, 1 to 10. Default: 1; must be 1 for a stream.</summary>
    public int? N { get; init; }

    /// <summary><c>WxH</c> in pixels or <c>auto</c>; anything but the model's own size is refused. Default: <c>auto</c>.</summary>
    public string? Size { get; init; }

    /// <summary>Accepted, without effect.</summary>
    public string? Quality { get; init; }

    /// <summary><c>b64_json</c> or <c>url</c>. Default: <c>b64_json</c>.</summary>
    public string? ResponseFormat { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c> or <c>webp</c>. Default: <c>png</c>.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>OpenAI's; refused: JPEG is written with quality 90, WebP with 80.</summary>
    public int? OutputCompression { get; init; }

    /// <summary><c>opaque</c> or <c>auto</c>; the models draw no transparency.</summary>
    public string? Background { get; init; }

    /// <summary>Accepted, without effect.</summary>
    public string? Moderation { get; init; }

    /// <summary>Accepted, without effect.</summary>
    public string? Style { get; init; }

    /// <summary>Whether the answer is an event stream; this alone decides, not the Accept header. Default: false.</summary>
    public bool? Stream { get; init; }

    /// <summary>Previews in a stream, 0 to 3. Default: 0.</summary>
    public int? PartialImages { get; init; }

    /// <summary>Accepted, without effect.</summary>
    public string? User { get; init; }

    /// <summary>Ours: a PNG, JPEG or WebP file to draw more of, as a <c>data:</c> URL or in base64; beside <see cref="Prompt"/>, the two are blended in equal parts. Null: none.</summary>
    public string? Image { get; init; }

    /// <summary>Ours: instead of both, 1 to 8 texts and images, blended by their weights in this order. Null: none.</summary>
    public IReadOnlyList<PromptInput>? Prompts { get; init; }

    /// <summary>Ours: seed of every random number. Null: drawn, and told in the answer.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Ours: candidates to sample before the best are chosen. Null: the model's own number.</summary>
    public int? Candidates { get; init; }

    /// <summary>Ours: codes to choose from at each step. Null: 500, or the codebook's size if that is smaller.</summary>
    public int? TopK { get; init; }

    /// <summary>Ours: nucleus, 0 to 1. Null: 0.95.</summary>
    public double? TopP { get; init; }

    /// <summary>Ours: 0 (greedy) or a positive number. Null: 1.</summary>
    public double? Temperature { get; init; }

    /// <summary>Ours: <c>interactive</c> or <c>batch</c>. Null: <c>interactive</c>.</summary>
    public string? Priority { get; init; }

    /// <summary>Ours: milliseconds from acceptance until the images are wanted; refused at once if that cannot hold. Null: whenever.</summary>
    public long? DeadlineMs { get; init; }

    /// <summary>Ours: what becomes of it when who waits drops the connection: <c>finish</c> or <c>cancel</c>. Null: <c>finish</c>.</summary>
    public string? OnDisconnect { get; init; }

    /// <summary>Ours: write prompt, seed, model digest and codes' hash into PNG files. Null: true.</summary>
    public bool? EmbedMetadata { get; init; }

    /// <summary>Ours: reproduce the original code's errors exactly. Null: false.</summary>
    public bool? ReferenceQuirks { get; init; }

    /// <summary>Members that are none of the above, so that a server can name what it does not honour; null when there are none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
