namespace ClipGen.Cluster.Storage;

/// <summary>
/// What is known of a file besides its bytes, for a store that can keep it. Equal requests write the same file: it keeps the properties of
/// the generation that wrote it first.
/// </summary>
public sealed record ImageProperties
{
    public required string GenerationId { get; init; }

    public required string Tenant { get; init; }

    public required string Model { get; init; }

    public required string ModelDigest { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Null for a file that belongs to no candidate, as a manifest does.</summary>
    public int? Candidate { get; init; }

    /// <summary>Cosine similarity of image and prompt, −1 to 1; null with <see cref="Candidate"/>.</summary>
    public double? ClipScore { get; init; }
}
