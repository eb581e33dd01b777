using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>Body of <c>POST /v1/generations</c>. Every member may be null or absent, but something must say what to draw.</summary>
public sealed record CreateGenerationRequest
{
    /// <summary>The text to draw. Required unless <see cref="Image"/> or <see cref="Prompts"/> is there.</summary>
    public string? Prompt { get; init; }

    /// <summary>A PNG, JPEG or WebP file to draw more of, as a <c>data:</c> URL or in base64; beside <see cref="Prompt"/>, the two are blended in equal parts. Null: none.</summary>
    public string? Image { get; init; }

    /// <summary>Instead of both: 1 to 8 texts and images, blended by their weights in this order. Null: none.</summary>
    public IReadOnlyList<PromptInput>? Prompts { get; init; }

    /// <summary>Name of a model bundle. Null: the server's only or default model.</summary>
    public string? Model { get; init; }

    /// <summary>How many of the best candidates to keep, 1 to <see cref="Candidates"/>. Null: 1.</summary>
    public int? N { get; init; }

    /// <summary>Candidates to sample before the best are chosen, 1 to 1024. Null: the model's own number.</summary>
    public int? Candidates { get; init; }

    /// <summary>Seed of every random number. Null: drawn, and told in the answer.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Codes to choose from at each step. Null: 500, or the codebook's size if that is smaller.</summary>
    public int? TopK { get; init; }

    /// <summary>Nucleus, 0 to 1. Null: 0.95.</summary>
    public double? TopP { get; init; }

    /// <summary>0 (greedy) or a positive number. Null: 1.</summary>
    public double? Temperature { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c> or <c>webp</c>. Null: <c>png</c>.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>Write prompt, seed, model digest and codes' hash into PNG files. Null: true.</summary>
    public bool? EmbedMetadata { get; init; }

    /// <summary>Reproduce the original code's errors exactly. Null: false.</summary>
    public bool? ReferenceQuirks { get; init; }

    /// <summary>Previews while it is drawn, 0 to 3. Null: 0.</summary>
    public int? PartialImages { get; init; }

    /// <summary><c>interactive</c> or <c>batch</c>. Null: <c>interactive</c>.</summary>
    public string? Priority { get; init; }

    /// <summary>Milliseconds from acceptance until the images are wanted; refused at once if that cannot hold. Null: whenever.</summary>
    public long? DeadlineMs { get; init; }

    /// <summary>What becomes of it when its last watcher drops the connection: <c>finish</c> or <c>cancel</c>. Null: <c>finish</c>.</summary>
    public string? OnDisconnect { get; init; }

    /// <summary>Members that are none of the above, so that a server can name what it does not honour; null when there are none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
