namespace ClipGen;

/// <summary>What a generation gave, for another one that runs the same request again and compares.</summary>
/// <param name="GenerationId">The generation that is run again.</param>
/// <param name="DeviceKind">As in <see cref="GenerationResult.DeviceKind"/>.</param>
/// <param name="Images">The images it kept.</param>
[GenerateSerializer, Immutable, Alias("clipgen.ReplayOrder")]
public sealed record ReplayOrder(
    [property: Id(0)] string GenerationId,
    [property: Id(1)] string DeviceKind,
    [property: Id(2)] IReadOnlyList<RankedImage> Images);

/// <summary>Whether the same request gave the same images again.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.ReplayOutcome")]
public sealed record ReplayOutcome
{
    /// <summary>The generation that was run again.</summary>
    [Id(0)] public required string GenerationId { get; init; }

    /// <summary>The generation that did it.</summary>
    [Id(1)] public required string ReplayId { get; init; }

    /// <summary>The version of the model, the same for both.</summary>
    [Id(2)] public required string ModelDigest { get; init; }

    /// <summary>Kind of device of the first run.</summary>
    [Id(3)] public required string DeviceKind { get; init; }

    /// <summary>Kind of device of the second run: pixels are reproducible on one kind only.</summary>
    [Id(4)] public required string ReplayDeviceKind { get; init; }

    /// <summary>Every image of the first run, best first.</summary>
    [Id(5)] public required IReadOnlyList<ComparedImage> Images { get; init; }

    /// <summary>Whether every image has the same codes and the same file.</summary>
    public bool Matches => Images.All(image => image.CodesMatch && image.PixelsMatch);
}

/// <summary>One image's hashes, then and now (lower-case hex SHA-256).</summary>
/// <param name="Candidate">Candidate index within the request.</param>
/// <param name="CodesSha256">Of the codes, then.</param>
/// <param name="ReplayCodesSha256">Of the codes, now.</param>
/// <param name="Sha256">Of the file, then.</param>
/// <param name="ReplaySha256">Of the file, now; null when the candidate is not among the best now, and so has no file.</param>
[GenerateSerializer, Immutable, Alias("clipgen.ComparedImage")]
public sealed record ComparedImage(
    [property: Id(0)] int Candidate,
    [property: Id(1)] string CodesSha256,
    [property: Id(2)] string ReplayCodesSha256,
    [property: Id(3)] string Sha256,
    [property: Id(4)] string? ReplaySha256)
{
    /// <summary>Whether the same codes were drawn.</summary>
    public bool CodesMatch => CodesSha256 == ReplayCodesSha256;

    /// <summary>Whether the file is the same, byte for byte.</summary>
    public bool PixelsMatch => Sha256 == ReplaySha256;
}
