namespace ClipGen.Cluster.Generations;

/// <summary>The file beside a generation's images, for whoever stores them once more.</summary>
public static class ManifestFile
{
    /// <summary>The bytes that the generation itself has stored, if request and result are its own.</summary>
    /// <param name="result">Its images by the names that they have beside the manifest.</param>
    public static byte[] Of(GenerationRequest request, GenerationResult result)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(result);
        return GenerationManifest.Of(request, result.PromptTokens, result.PromptTruncated, result.DeviceKind, result.Images, result.CandidateScores).ToJson();
    }
}
