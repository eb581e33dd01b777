using System.Security.Cryptography;

namespace ClipGen.Cluster.Generations;

/// <summary>Holds what was drawn again against what was drawn first.</summary>
internal static class ReplayComparison
{
    public static ReplayOutcome Of(ReplayOrder first, string replayId, string modelDigest, DecodeResult again)
    {
        var candidates = again.Candidates.ToDictionary(c => c.Candidate);
        return new()
        {
            GenerationId = first.GenerationId,
            ReplayId = replayId,
            ModelDigest = modelDigest,
            DeviceKind = first.DeviceKind,
            ReplayDeviceKind = again.DeviceKind,
            Images = [.. first.Images.Select(image => Compare(image, candidates[image.Candidate]))],
        };
    }

    private static ComparedImage Compare(RankedImage first, DecodedCandidate again) =>
        new(first.Candidate, first.CodesSha256, again.CodesSha256, first.Sha256, again.Image is { } file ? Convert.ToHexStringLower(SHA256.HashData(file)) : null);
}
