using System.Text.Json;
using System.Text.Json.Serialization;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Vqgan;

namespace ClipGen.Models.Bundles;

/// <summary>What <c>bundle.json</c> says: sizes of the networks, the files with their digests, where it all comes from.</summary>
public sealed record BundleManifest
{
    /// <summary>The version of the format that this program reads and writes.</summary>
    public const int CurrentFormat = 1;

    public const string FileName = "bundle.json";
    public const string ClipFile = "clip.safetensors";
    public const string GptFile = "gpt.safetensors";
    public const string VqganFile = "vqgan.safetensors";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [JsonRequired] public int Format { get; init; } = CurrentFormat;

    [JsonRequired] public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public string Licence { get; init; } = "";

    /// <summary>Candidates sampled when a request does not say.</summary>
    [JsonRequired] public int DefaultCandidates { get; init; }

    [JsonRequired] public ClipConfig Clip { get; init; } = null!;

    [JsonRequired] public GptConfig Gpt { get; init; } = null!;

    [JsonRequired] public VqganConfig Vqgan { get; init; } = null!;

    /// <summary>File name of the tokenizer's vocabulary.</summary>
    [JsonRequired] public string Vocabulary { get; init; } = "";

    /// <summary>Every file beside this one, by name.</summary>
    [JsonRequired] public IReadOnlyDictionary<string, BundleFile> Files { get; init; } = new Dictionary<string, BundleFile>();

    /// <summary>How the weights came about: settings and final losses of a training, or the files of an import.</summary>
    public IReadOnlyDictionary<string, JsonElement> Provenance { get; init; } = new Dictionary<string, JsonElement>();

    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Options), (byte)'\n'];

    /// <exception cref="BundleException">No valid manifest; says what is wrong.</exception>
    public static BundleManifest Parse(ReadOnlySpan<byte> json, string path)
    {
        BundleManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BundleManifest>(json, Options) ?? throw new BundleException($"{path} is empty.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or NotSupportedException)
        {
            throw new BundleException($"{path} is no bundle manifest: {exception.Message}", exception);
        }
        if (manifest.Format != CurrentFormat) throw new BundleException($"{path} has format {manifest.Format}; this program reads format {CurrentFormat}.");
        var problems = BundleRules.Check(manifest);
        return problems.Count == 0 ? manifest : throw new BundleException($"{path} is inconsistent: {string.Join("; ", problems)}.");
    }

    /// <summary>Any settings as JSON with this format's naming, for <see cref="Provenance"/>.</summary>
    public static JsonElement ToElement<T>(T value) => JsonSerializer.SerializeToElement(value, Options);
}

/// <param name="Sha256">Lower-case hex.</param>
public sealed record BundleFile(string Sha256, long Bytes);
