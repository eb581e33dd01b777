using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ClipGen.Silo.Grains;

/// <summary>What a PNG carries of its request: enough to draw it again. No version of the software and no time: the same request writes the same bytes.</summary>
internal static class ImageMetadata
{
    public static IReadOnlyList<KeyValuePair<string, string>> Of(GenerationRequest request, int candidate, string codesSha256) =>
    [
        new("Software", "ClipGen.Cluster"),
        new("clipgen:prompt", request.Prompt),
        .. request.Parts is { } parts ? [new("clipgen:prompts", PromptsOf(parts))] : (KeyValuePair<string, string>[])[],
        new("clipgen:seed", request.Seed.ToString(CultureInfo.InvariantCulture)),
        new("clipgen:candidate", candidate.ToString(CultureInfo.InvariantCulture)),
        new("clipgen:model", request.Model),
        new("clipgen:model_digest", request.ModelDigest),
        new("clipgen:codes_sha256", codesSha256),
        new("clipgen:sampling", string.Create(CultureInfo.InvariantCulture,
            $"top_k={request.Sampling.TopK} top_p={request.Sampling.TopP:R} temperature={request.Sampling.Temperature:R} reference_quirks={(request.ReferenceQuirks ? "true" : "false")}")),
    ];

    /// <summary>As a request over HTTP says them, but for images, which are named by the hash of their file.</summary>
    private static string PromptsOf(IReadOnlyList<PromptPart> parts)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) }))
        {
            json.WriteStartArray();
            foreach (var part in parts)
            {
                json.WriteStartObject();
                if (part.Image is { } image) json.WriteString("image_sha256", image.Sha256);
                else json.WriteString("text", part.Text);
                json.WriteNumber("weight", part.Weight);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length));
    }
}
