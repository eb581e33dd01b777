using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// The JSON file beside a generation's images: everything needed to draw them again and to check them.
/// It holds no times and no ids, so that the same request writes the same bytes.
/// </summary>
internal sealed record GenerationManifest(
    string Format,
    ManifestRequest Request,
    string DeviceKind,
    int PromptTokens,
    bool PromptTruncated,
    IReadOnlyList<ManifestImage> Images,
    IReadOnlyList<double> CandidateScores)
{
    private static readonly ManifestJson Json = new(new JsonSerializerOptions(ManifestJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });

    public static GenerationManifest Of(GenerationRequest request, int promptTokens, bool promptTruncated, string deviceKind, IEnumerable<RankedImage> images, IReadOnlyList<double> scores) => new(
        "clipgen-manifest-1",
        new(request.Model, request.ModelDigest, request.Prompt, request.Seed, request.Candidates, request.Keep,
            new(request.Sampling.TopK, request.Sampling.TopP, request.Sampling.Temperature),
            GenerationRequest.Extension(request.Format), request.EmbedMetadata, request.ReferenceQuirks, request.Digest,
            request.Parts is null ? null : [.. request.Parts.Select(p => new ManifestPart(p.Text, p.Image?.Sha256, p.Image?.Name, p.Weight))]),
        deviceKind,
        promptTokens,
        promptTruncated,
        [.. images.Select(i => new ManifestImage(i.Rank, i.Candidate, i.ClipScore, i.Name, i.Bytes, i.Sha256, i.CodesSha256))],
        scores);

    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Json.GenerationManifest), (byte)'\n'];
}

internal sealed record ManifestRequest(
    string Model, string ModelDigest, string Prompt, ulong Seed, int Candidates, int Keep, ManifestSampling Sampling,
    string Format, bool EmbedMetadata, bool ReferenceQuirks, string Digest,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ManifestPart>? Prompts = null);

/// <summary>A part of the prompt: a text, or an image by its hash and its name in the store.</summary>
internal sealed record ManifestPart(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImageSha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImageName,
    double Weight);

internal sealed record ManifestSampling(int TopK, double TopP, double Temperature);

internal sealed record ManifestImage(int Rank, int Candidate, double ClipScore, string Name, long Bytes, string Sha256, string CodesSha256);

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GenerationManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
