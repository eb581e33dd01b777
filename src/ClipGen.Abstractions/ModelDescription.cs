namespace ClipGen;

/// <summary>What a caller must know of a loaded model bundle to make a valid request.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.ModelDescription")]
public sealed record ModelDescription
{
    /// <summary>The bundle's name, for example <c>shapes</c>.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Lower-case hex SHA-256 over the bundle's manifest: the model's identity.</summary>
    [Id(1)] public required string Digest { get; init; }

    /// <summary>Candidates sampled when a request does not say (8 for shapes, 64 for the original's networks).</summary>
    [Id(2)] public required int DefaultCandidates { get; init; }

    /// <summary>Entries of the VQGAN codebook: the largest meaningful top-k.</summary>
    [Id(3)] public required int CodebookSize { get; init; }

    /// <summary>Codes of one image (grid height × grid width): the steps one candidate takes.</summary>
    [Id(4)] public required int CodesPerImage { get; init; }

    /// <summary>Side of the generated image in pixels.</summary>
    [Id(5)] public required int ImageSize { get; init; }
}
