using System.Globalization;

namespace ClipGen.Silo.Grains;

/// <summary>What a PNG carries of its request: enough to draw it again. No version of the software and no time: the same request writes the same bytes.</summary>
internal static class ImageMetadata
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(GenerationRequest request, int candidate, string codesSha256) =>
    [
        new("Software", "ClipGen.Cluster"),
        new("clipgen:prompt", request.Prompt),
        new("clipgen:seed", request.Seed.ToString(CultureInfo.InvariantCulture)),
        new("clipgen:candidate", candidate.ToString(CultureInfo.InvariantCulture)),
        new("clipgen:model", request.Model),
        new("clipgen:model_digest", request.ModelDigest),
        new("clipgen:codes_sha256", codesSha256),
        new("clipgen:sampling", string.Create(CultureInfo.InvariantCulture,
            $"top_k={request.Sampling.TopK} top_p={request.Sampling.TopP:R} temperature={request.Sampling.Temperature:R} reference_quirks={(request.ReferenceQuirks ? "true" : "false")}")),
    ];
}
