using System.Globalization;

namespace ClipGen.Cluster.Storage;

/// <summary>What a blob carries besides its content.</summary>
internal static class BlobMarks
{
    public const string Sha256 = "sha256";

    private const int LongestTag = 256;

    public static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        ".json" => "application/json",
        _ => "application/octet-stream",
    };

    /// <summary>Metadata travel in headers: what is not plain ASCII is percent-encoded.</summary>
    public static Dictionary<string, string> Metadata(string sha256, ImageProperties? properties)
    {
        var metadata = new Dictionary<string, string> { [Sha256] = sha256 };
        foreach (var (key, value) in Of(properties)) metadata[key] = value.All(c => c is > ' ' and <= '~') ? value : Uri.EscapeDataString(value);
        return metadata;
    }

    /// <summary>At most ten of at most 256 characters, of which the service takes but few kinds: others become underscores.</summary>
    public static Dictionary<string, string> Tags(ImageProperties? properties) => Of(properties)
        .Where(p => p.Key != "model")   // its digest says more
        .ToDictionary(p => p.Key, p => new string([.. p.Value.Take(LongestTag).Select(c => IsOfTag(c) ? c : '_')]));

    private static IEnumerable<KeyValuePair<string, string>> Of(ImageProperties? properties)
    {
        if (properties is null) yield break;
        yield return new("generation_id", properties.GenerationId);
        yield return new("tenant", properties.Tenant);
        yield return new("model", properties.Model);
        yield return new("model_digest", properties.ModelDigest);
        yield return new("seed", properties.Seed.ToString(CultureInfo.InvariantCulture));
        if (properties.Candidate is { } candidate) yield return new("candidate", candidate.ToString(CultureInfo.InvariantCulture));
        // Of one width, since tags are compared as texts.
        if (properties.ClipScore is { } score) yield return new("clip_score", score.ToString("F6", CultureInfo.InvariantCulture));
    }

    private static bool IsOfTag(char c) => char.IsAsciiLetterOrDigit(c) || " +-./:=_".Contains(c, StringComparison.Ordinal);
}
