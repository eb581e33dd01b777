namespace ClipGen;

/// <summary>What a person or a wire request asks for, before it is checked. Null means "the default".</summary>
public sealed record GenerationParameters
{
    /// <summary>The text to draw. Must contain something other than white space. Null where <see cref="Image"/> or <see cref="Prompts"/> say what to draw.</summary>
    public required string? Prompt { get; init; }

    /// <summary>An image to draw more of; beside <see cref="Prompt"/>, the two are blended in equal parts. Default: none.</summary>
    public PromptImage? Image { get; init; }

    /// <summary>Instead of both: 1 to <see cref="GenerationRequest.MaxPromptParts"/> texts and images, blended by their weights in this order. Default: none.</summary>
    public IReadOnlyList<PromptPart>? Prompts { get; init; }

    /// <summary>Candidates to sample, 1 to 1024. Default: the model's own (<see cref="ModelDescription.DefaultCandidates"/>).</summary>
    public int? Candidates { get; init; }

    /// <summary>How many of the best candidates to keep, 1 to <see cref="Candidates"/>. Default: 1.</summary>
    public int? Keep { get; init; }

    /// <summary>Seed of every random number of the request. Default: drawn at random.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Default: 500, or the codebook's size if that is smaller.</summary>
    public int? TopK { get; init; }

    /// <summary>Default: 0.95.</summary>
    public double? TopP { get; init; }

    /// <summary>Default: 1. 0 means greedy.</summary>
    public double? Temperature { get; init; }

    /// <summary>Default: PNG.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>Write prompt, seed, model digest and codes' hash into PNG files. Default: true.</summary>
    public bool? EmbedMetadata { get; init; }

    /// <summary>Reproduce the original's two errors (over-long prompts, rerank normalisation) exactly. Default: false.</summary>
    public bool? ReferenceQuirks { get; init; }

    /// <summary>First part of the images' names in the store. Default: derived from the request's digest alone.</summary>
    public string? ImageNamePrefix { get; init; }
}
