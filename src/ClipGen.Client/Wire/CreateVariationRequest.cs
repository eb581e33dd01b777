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
}
