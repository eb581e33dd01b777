using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>A generation as <c>/v1/generations/{id}</c> tells it: what was asked with all defaults filled, where it stands, what came of it.</summary>
public sealed record GenerationResource
{
    public required string Id { get; init; }

    /// <summary><c>generation</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; } = "generation";

    /// <summary><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>: see <see cref="WireNames"/>.</summary>
    public required string State { get; init; }

    /// <summary>Unix time of acceptance in whole seconds.</summary>
    public required long CreatedAt { get; init; }

    public required string Model { get; init; }

    /// <summary>Lower-case hex SHA-256: the model's identity.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>The text; where there are <see cref="Prompts"/>, all of their text, which may be none.</summary>
    public required string Prompt { get; init; }

    /// <summary>What the prompt is blended from; null for the text of <see cref="Prompt"/> alone.</summary>
    public IReadOnlyList<PromptResource>? Prompts { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Images kept.</summary>
    public required int N { get; init; }

    public required int Candidates { get; init; }
    public required int TopK { get; init; }
    public required double TopP { get; init; }
    public required double Temperature { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c> or <c>webp</c>.</summary>
    public required string OutputFormat { get; init; }

    public required bool EmbedMetadata { get; init; }
    public required bool ReferenceQuirks { get; init; }

    /// <summary>Lower-case hex SHA-256 of everything the images depend on; the same for equal requests.</summary>
    public required string Digest { get; init; }

    /// <summary>Codes drawn so far over all candidates.</summary>
    public required long CodesDrawn { get; init; }

    /// <summary>Codes to draw in all.</summary>
    public required long CodesTotal { get; init; }

    /// <summary>Sequences that wait before its last one; null when it does not wait.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Estimated milliseconds until its end; null when it has ended or cannot be told.</summary>
    public long? EtaMs { get; init; }

    /// <summary>Times that something it needed was lost or failed and was tried again.</summary>
    public int Retries { get; init; }

    /// <summary>The kept images, best first; null before <c>completed</c>.</summary>
    public IReadOnlyList<GenerationImage>? Images { get; init; }

    /// <summary>Every candidate's score in candidate order; null before <c>completed</c>.</summary>
    public IReadOnlyList<double>? CandidateScores { get; init; }

    /// <summary>Where the store put the manifest; null before <c>completed</c>.</summary>
    public string? Manifest { get; init; }

    /// <summary>Kind of device the pixels come from, for example <c>cpu</c>; null before <c>completed</c>.</summary>
    public string? DeviceKind { get; init; }

    /// <summary>Text tokens read, start and end included; null before <c>completed</c>.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>Whether the prompt was longer than the encoder reads; null before <c>completed</c>.</summary>
    public bool? PromptTruncated { get; init; }

    /// <summary>Where the time went; null before <c>completed</c>.</summary>
    public GenerationSeconds? Seconds { get; init; }

    /// <summary>Null unless <c>failed</c>.</summary>
    public ErrorBody? Error { get; init; }

    /// <summary>The generation that this one runs again; null for one that is no replay.</summary>
    public string? ReplayOf { get; init; }

    /// <summary>What a replay has found; null before <c>completed</c>, and for one that is none.</summary>
    public ReplayResource? Replay { get; init; }
}

/// <summary>One kept image of a generation.</summary>
public sealed record GenerationImage
{
    /// <summary>1 is the best.</summary>
    public required int Rank { get; init; }

    /// <summary>Candidate index within the request.</summary>
    public required int Candidate { get; init; }

    /// <summary>Cosine similarity of image and prompt, −1 to 1.</summary>
    public required double ClipScore { get; init; }

    /// <summary>Name in the store.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute address of the file, or one relative to the server's root.</summary>
    public required string Url { get; init; }

    /// <summary>Lower-case hex SHA-256 of the file.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Lower-case hex SHA-256 of the codes.</summary>
    public required string CodesSha256 { get; init; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }
}

/// <summary>Wall time of each stage and the request's share of device time, in seconds.</summary>
public sealed record GenerationSeconds
{
    public required double Encode { get; init; }
    public required double Sample { get; init; }
    public required double DecodeAndRank { get; init; }
    public required double Store { get; init; }
    public required double Total { get; init; }
    public required double Device { get; init; }
}

/// <summary>
/// A page of <c>GET /v1/generations</c>, newest first. The list may lag behind by a moment; going on page by page shows each generation
/// exactly once, however many are accepted meanwhile.
/// </summary>
public sealed record GenerationPage
{
    /// <summary><c>list</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; } = "list";

    /// <summary>May be fewer than the limit, even none, although there are more: a page is looked for only so long.</summary>
    public required IReadOnlyList<GenerationResource> Data { get; init; }

    /// <summary>Whether there is another page: ask with <c>after</c> = <see cref="Next"/>.</summary>
    public required bool HasMore { get; init; }

    /// <summary>Where the next page begins, for <c>after</c>; null on the last one.</summary>
    public string? Next { get; init; }

    /// <summary>Null on an empty page.</summary>
    public string? FirstId { get; init; }

    /// <summary>Null on an empty page.</summary>
    public string? LastId { get; init; }
}
