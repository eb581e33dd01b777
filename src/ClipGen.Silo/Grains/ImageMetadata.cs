using System.Globalization;
using ClipGen.Silo.Origins;

namespace ClipGen.Silo.Grains;

/// <summary>
/// What a PNG carries of its request: enough to draw it again; and its codes, to decode it again (<see cref="ImageOrigin"/> reads both).
/// No version of the software and no time: the same request writes the same bytes.
/// </summary>
internal static class ImageMetadata
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(GenerationRequest request, int candidate, string codesSha256, ReadOnlySpan<int> codes)
    {
        List<KeyValuePair<string, string>> texts =
        [
            new("Software", "ClipGen.Cluster"),
            new(OriginKeys.Prompt, request.Prompt),
            .. request.Parts is { } parts ? [new(OriginKeys.Prompts, OriginPart.Write(parts))] : (KeyValuePair<string, string>[])[],
            new(OriginKeys.Seed, request.Seed.ToString(CultureInfo.InvariantCulture)),
            new(OriginKeys.Candidate, candidate.ToString(CultureInfo.InvariantCulture)),
            new(OriginKeys.Candidates, request.Candidates.ToString(CultureInfo.InvariantCulture)),
            new(OriginKeys.Keep, request.Keep.ToString(CultureInfo.InvariantCulture)),
            new(OriginKeys.Model, request.Model),
            new(OriginKeys.ModelDigest, request.ModelDigest),
            new(OriginKeys.CodesSha256, codesSha256),
            new(OriginKeys.Sampling, string.Create(CultureInfo.InvariantCulture,
                $"top_k={request.Sampling.TopK} top_p={request.Sampling.TopP:R} temperature={request.Sampling.Temperature:R} reference_quirks={(request.ReferenceQuirks ? "true" : "false")}")),
            new(OriginKeys.Request, request.Digest),
        ];
        if (PackedCodes.Pack(codes) is { } packed) texts.Add(new(OriginKeys.Codes, packed));
        return texts;
    }
}
