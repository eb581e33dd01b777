namespace ClipGen.Client;

/// <summary>A prompt to draw. Null means "the default", which the cluster fills in.</summary>
public sealed record GenerateRequest
{
    /// <summary>
    /// The text to draw. Must contain something other than white space; at most 10,000 characters. Default: none, then <see cref="Image"/> or
    /// <see cref="Prompts"/> must say what to draw.
    /// </summary>
    public string? Prompt { get; init; }

    /// <summary>A whole PNG, JPEG or WebP file to draw more of; beside <see cref="Prompt"/>, the two are blended in equal parts. Default: none.</summary>
    public ReadOnlyMemory<byte>? Image { get; init; }

    /// <summary>Instead of both: 1 to 8 texts and images, blended by their weights in this order. Default: none.</summary>
    public IReadOnlyList<WeightedPrompt>? Prompts { get; init; }

    /// <summary>Name of a model. Default: the only one that the cluster has.</summary>
    public string? Model { get; init; }

    /// <summary>How many of the best candidates to keep, 1 to <see cref="Candidates"/>. Default: 1.</summary>
    public int? Keep { get; init; }

    /// <summary>Candidates to sample before the best are chosen, 1 to 1024. Default: the model's own.</summary>
    public int? Candidates { get; init; }

    /// <summary>Seed of every random number: the same request with the same seed gives the same images. Default: drawn, and told in the status.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Codes to choose from at each step. Default: 500, or the codebook's size if that is smaller.</summary>
    public int? TopK { get; init; }

    /// <summary>The likeliest codes that together have this probability, 0 to 1. Default: 0.95.</summary>
    public double? TopP { get; init; }

    /// <summary>0 (greedy) or a positive number. Default: 1.</summary>
    public double? Temperature { get; init; }

    /// <summary>Default: PNG.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>Write prompt, seed, model digest and codes' hash into PNG files. Default: true.</summary>
    public bool? EmbedMetadata { get; init; }

    /// <summary>Reproduce the original code's errors exactly. Default: false.</summary>
    public bool? ReferenceQuirks { get; init; }

    /// <summary>Previews wanted while it is drawn, 0 to 3; a cluster that makes none sends none. Default: 0.</summary>
    public int Previews { get; init; }

    /// <summary>Default: interactive.</summary>
    public GenerationPriority Priority { get; init; }

    /// <summary>When the images are wanted, from acceptance on: refused at once if that cannot hold. Default: whenever.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// Submissions with one key are one generation, however often and from wherever they are sent. Default: a new key for each call, so
    /// that the call's own retries are one generation.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>One part of a prompt that is blended from several: a text or an image.</summary>
public sealed record WeightedPrompt
{
    /// <summary>Null for an image.</summary>
    public string? Text { get; init; }

    /// <summary>A whole PNG, JPEG or WebP file; null for a text.</summary>
    public ReadOnlyMemory<byte>? Image { get; init; }

    /// <summary>Its share relative to the other parts'; positive. Default: 1.</summary>
    public double Weight { get; init; } = 1;
}
