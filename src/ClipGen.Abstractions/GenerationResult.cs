namespace ClipGen;

/// <summary>What a completed generation produced.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.GenerationResult")]
public sealed record GenerationResult
{
    /// <summary>The kept images, best first.</summary>
    [Id(0)] public required IReadOnlyList<RankedImage> Images { get; init; }

    /// <summary>Every candidate's score, in candidate order.</summary>
    [Id(1)] public required IReadOnlyList<double> CandidateScores { get; init; }

    /// <summary>Where the time went.</summary>
    [Id(2)] public required StageTimes Times { get; init; }

    /// <summary>Kind of device the pixels come from (<c>cpu</c>, <c>cuda</c>): images are reproducible on one kind, not across kinds.</summary>
    [Id(3)] public required string DeviceKind { get; init; }

    /// <summary>Whether the prompt was longer than the text encoder reads.</summary>
    [Id(4)] public required bool PromptTruncated { get; init; }

    /// <summary>Text tokens read, start and end included.</summary>
    [Id(5)] public required int PromptTokens { get; init; }

    /// <summary>Where the store put the manifest.</summary>
    [Id(6)] public required string ManifestLocation { get; init; }
}

/// <summary>One kept image.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.RankedImage")]
public sealed record RankedImage
{
    /// <summary>1 is the best.</summary>
    [Id(0)] public required int Rank { get; init; }

    /// <summary>Candidate index within the request.</summary>
    [Id(1)] public required int Candidate { get; init; }

    /// <summary>Cosine similarity of image and prompt, −1 to 1.</summary>
    [Id(2)] public required double ClipScore { get; init; }

    /// <summary>Name in the store.</summary>
    [Id(3)] public required string Name { get; init; }

    /// <summary>Where the store put it: a file path or a URL.</summary>
    [Id(4)] public required string Location { get; init; }

    /// <summary>Lower-case hex SHA-256 of the file.</summary>
    [Id(5)] public required string Sha256 { get; init; }

    /// <summary>Lower-case hex SHA-256 of the codes.</summary>
    [Id(6)] public required string CodesSha256 { get; init; }

    /// <summary>Size of the file.</summary>
    [Id(7)] public required long Bytes { get; init; }
}

/// <summary>Wall time of each stage as the generation saw it, and this request's share of device time, in seconds.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.StageTimes")]
public sealed record StageTimes
{
    [Id(0)] public required double Encode { get; init; }
    [Id(1)] public required double Sample { get; init; }
    [Id(2)] public required double DecodeAndRank { get; init; }
    [Id(3)] public required double Store { get; init; }
    [Id(4)] public required double Total { get; init; }
    [Id(5)] public required double DeviceSeconds { get; init; }
}
