namespace ClipGen.Client;

/// <summary>A completed generation with its files.</summary>
/// <param name="Generation">The request with all defaults filled, the scores, the times.</param>
/// <param name="Images">The kept images, best first.</param>
public sealed record GeneratedImages(GenerationStatus Generation, IReadOnlyList<GeneratedImage> Images)
{
    /// <summary>The image with the highest score.</summary>
    public GeneratedImage Best => Images[0];
}

/// <summary>One image's file.</summary>
/// <param name="Info">Its rank, score, hashes and place in the store.</param>
/// <param name="Seed">The request's seed.</param>
/// <param name="MediaType">For example <c>image/png</c>.</param>
/// <param name="Content">The file.</param>
public sealed record GeneratedImage(RankedImage Info, ulong Seed, string MediaType, ReadOnlyMemory<byte> Content)
{
    /// <summary>Writes the file, over one that is there.</summary>
    public async Task SaveAsync(string path, CancellationToken cancellationToken = default) => await File.WriteAllBytesAsync(path, Content, cancellationToken);
}
