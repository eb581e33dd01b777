using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ClipGen.Silo.Origins;

/// <summary>One part of a prompt that was blended from several: a text, or an image that is named by the hash of its file.</summary>
/// <param name="Text">Null for an image.</param>
/// <param name="ImageSha256">Lower-case hex; null for a text.</param>
/// <param name="Weight">Positive.</param>
public sealed record OriginPart(string? Text, string? ImageSha256, double Weight)
{
    private const string TextName = "text", ImageName = "image_sha256", WeightName = "weight";

    /// <summary>Far more than the longest prompt of parts needs, all of it escaped.</summary>
    private const int MostCharacters = GenerationRequest.MaxPromptParts * (6 * GenerationRequest.MaxPromptLength + 200);

    /// <summary>As a request over HTTP says them, but for images.</summary>
    internal static string Write(IReadOnlyList<PromptPart> parts)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) }))
        {
            json.WriteStartArray();
            foreach (var part in parts)
            {
                json.WriteStartObject();
                if (part.Image is { } image) json.WriteString(ImageName, image.Sha256);
                else json.WriteString(TextName, part.Text);
                json.WriteNumber(WeightName, part.Weight);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length));
    }

    /// <returns>Null where the text is not of this form.</returns>
    internal static IReadOnlyList<OriginPart>? Read(string text)
    {
        if (text.Length > MostCharacters) return null;
        try
        {
            using var json = JsonDocument.Parse(text, new() { MaxDepth = 2 });
            if (json.RootElement is not { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() is < 1 or > GenerationRequest.MaxPromptParts) return null;
            var parts = array.EnumerateArray().Select(Of).OfType<OriginPart>().ToList();
            return parts.Count == array.GetArrayLength() ? parts : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static OriginPart? Of(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || element.GetPropertyCount() != 2 || !element.TryGetProperty(WeightName, out var number)) return null;
        double weight = number.GetDouble();
        if (!(weight > 0) || !double.IsFinite(weight)) return null;
        if (element.TryGetProperty(TextName, out var text)) return text.GetString() is { Length: > 0 and <= GenerationRequest.MaxPromptLength } said ? new(said, null, weight) : null;
        return element.TryGetProperty(ImageName, out var image) && image.GetString() is { } sha256 && OriginFields.IsSha256(sha256) ? new(null, sha256, weight) : null;
    }
}
