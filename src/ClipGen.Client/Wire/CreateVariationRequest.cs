namespace ClipGen.Client.Wire;

/// <summary>Form of <c>POST /v1/images/variations</c>, multipart/form-data: OpenAI's fields, then ours. Every one but <see cref="Image"/> may be absent.</summary>
public sealed record CreateVariationRequest
{
    /// <summary>The file to draw more of: a PNG, JPEG or WebP. Required.</summary>
    public ReadOnlyMemory<byte>? Image { get; init; }

    /// <summary>Name of a model bundle. Default: the server's only or default model.</summary>
    public string? Model { get; init; }

    /// <summary>Images to answer with, 1 to 10. Default: 1.</summary>
    public int? N { get; init; }

    /// <summary><c>WxH</c> in pixels or <c>auto</c>; anything but the model's own size is refused. Default: <c>auto</c>.</summary>
    public string? Size { get; init; }

    /// <summary><c>b64_json</c> or <c>url</c>. Default: <c>b64_json</c>.</summary>
    public string? ResponseFormat { get; init; }

    /// <summary>Accepted, without effect.</summary>
    public string? User { get; init; }

    /// <summary>Ours: seed of every random number. Default: drawn, and told in the answer.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Ours: candidates to sample before the best are chosen. Default: the model's own number.</summary>
    public int? Candidates { get; init; }

    /// <summary>Ours: codes to choose from at each step. Default: 500, or the codebook's size if that is smaller.</summary>
    public int? TopK { get; init; }

    /// <summary>Ours: nucleus, 0 to 1. Default: 0.95.</summary>
    public double? TopP { get; init; }

    /// <summary>Ours: 0 (greedy) or a positive number. Default: 1.</summary>
    public double? Temperature { get; init; }

    /// <summary>Ours: <c>png</c>, <c>jpeg</c> or <c>webp</c>. Default: <c>png</c>.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>Ours: <c>interactive</c> or <c>batch</c>. Default: <c>interactive</c>.</summary>
    public string? Priority { get; init; }

    /// <summary>Ours: milliseconds from acceptance until the images are wanted; refused at once if that cannot hold. Default: whenever.</summary>
    public long? DeadlineMs { get; init; }

    /// <summary>Ours: what becomes of it when who waits drops the connection: <c>finish</c> or <c>cancel</c>. Default: <c>finish</c>.</summary>
    public string? OnDisconnect { get; init; }

    /// <summary>Ours: write seed, model digest and codes' hash into PNG files. Default: true.</summary>
    public bool? EmbedMetadata { get; init; }

    /// <summary>Ours: reproduce the original code's errors exactly. Default: false.</summary>
    public bool? ReferenceQuirks { get; init; }
}
