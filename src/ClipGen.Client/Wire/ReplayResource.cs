namespace ClipGen.Client.Wire;

/// <summary>Answer of <c>POST /v1/generations/{id}/replay</c>: whether the same request gave the same images again.</summary>
public sealed record ReplayResource
{
    /// <summary>The generation that did it; it is among the others in <c>/v1/generations</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The generation that was run again.</summary>
    public required string GenerationId { get; init; }

    /// <summary>Lower-case hex SHA-256: the model's identity, the same for both runs.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>Kind of device of the first run; pixels are reproducible on one kind only.</summary>
    public required string DeviceKind { get; init; }

    /// <summary>Kind of device of the second run.</summary>
    public required string ReplayDeviceKind { get; init; }

    /// <summary>Whether every image's codes and file have the same hash.</summary>
    public required bool Matches { get; init; }

    /// <summary>Every image of the first run, best first.</summary>
    public required IReadOnlyList<ReplayedImage> Images { get; init; }
}

/// <summary>One image's hashes, then and now (lower-case hex SHA-256).</summary>
public sealed record ReplayedImage
{
    public required int Candidate { get; init; }
    public required bool CodesMatch { get; init; }
    public required bool PixelsMatch { get; init; }
    public required string CodesSha256 { get; init; }
    public required string ReplayCodesSha256 { get; init; }
    public required string Sha256 { get; init; }

    /// <summary>Null when the candidate is not among the best now, and so has no file.</summary>
    public string? ReplaySha256 { get; init; }
}
