using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClipGen;

/// <summary>
/// One request to draw: valid by construction (<see cref="Create"/>). The images are a pure function of
/// (<see cref="ModelDigest"/>, <see cref="Prompt"/>, <see cref="Parts"/>, <see cref="Seed"/>, candidate index, <see cref="Sampling"/>, <see cref="ReferenceQuirks"/>).
/// </summary>
[GenerateSerializer, Immutable, Alias("clipgen.GenerationRequest")]
public sealed record GenerationRequest
{
    /// <summary>Largest number of candidates one request may ask for.</summary>
    public const int MaxCandidates = 1024;

    /// <summary>Longest prompt in UTF-16 units; the text encoder reads far less of it.</summary>
    public const int MaxPromptLength = 10_000;

    /// <summary>Largest number of texts and images that one prompt is blended from.</summary>
    public const int MaxPromptParts = 8;

    internal GenerationRequest() { }

    /// <summary>Name of the model bundle.</summary>
    [Id(0)] public required string Model { get; init; }

    /// <summary>Digest of the model bundle the request was made for.</summary>
    [Id(1)] public required string ModelDigest { get; init; }

    /// <summary>The text to draw; where there are <see cref="Parts"/>, all of their text, which may be none.</summary>
    [Id(2)] public required string Prompt { get; init; }

    /// <summary>Seed of every random number of the request.</summary>
    [Id(3)] public required ulong Seed { get; init; }

    /// <summary>Candidates to sample, numbered from 0.</summary>
    [Id(4)] public required int Candidates { get; init; }

    /// <summary>How many of the best candidates to keep.</summary>
    [Id(5)] public required int Keep { get; init; }

    /// <summary>How codes are drawn.</summary>
    [Id(6)] public required SamplingParameters Sampling { get; init; }

    /// <summary>File format of the images.</summary>
    [Id(7)] public required ImageFormat Format { get; init; }

    /// <summary>Whether PNG files carry the request.</summary>
    [Id(8)] public required bool EmbedMetadata { get; init; }

    /// <summary>Whether the original's errors are reproduced.</summary>
    [Id(9)] public required bool ReferenceQuirks { get; init; }

    /// <summary>First part of the images' names in the store.</summary>
    [Id(10)] public required string ImageNamePrefix { get; init; }

    /// <summary>Lower-case hex SHA-256 of everything the stored files (images and manifest) depend on; the same for equal requests.</summary>
    [Id(11)] public required string Digest { get; init; }

    /// <summary>What the prompt is blended from, in this order: images, or several texts. Null: the text of <see cref="Prompt"/> alone.</summary>
    [Id(12)] public IReadOnlyList<PromptPart>? Parts { get; init; }

    /// <summary>
    /// Checks <paramref name="parameters"/> against <paramref name="model"/> and fills the defaults.
    /// </summary>
    /// <exception cref="InvalidRequestException">Something is wrong; it names every problem at once, not only the first.</exception>
    public static GenerationRequest Create(GenerationParameters parameters, ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(model);
        var errors = new List<RequestError>();
        void Check(bool holds, string parameter, string message) { if (!holds) errors.Add(new(parameter, message)); }

        var (prompt, parts) = PromptParts.Of(parameters, Check);
        int candidates = parameters.Candidates ?? Math.Max(model.DefaultCandidates, parameters.Keep ?? 1);
        int keep = parameters.Keep ?? 1;
        int topK = parameters.TopK ?? Math.Min(500, model.CodebookSize);
        double topP = parameters.TopP ?? 0.95, temperature = parameters.Temperature ?? 1;

        Check(candidates is >= 1 and <= MaxCandidates, "candidates", $"is {candidates}; it must be 1 to {MaxCandidates}.");
        Check(keep >= 1, "n", $"is {keep}; it must be at least 1.");
        Check(keep <= candidates || keep < 1 || candidates < 1, "n", $"is {keep}, but only {candidates} candidates are sampled; keep fewer, or sample more.");
        Check(topK >= 1 && topK <= model.CodebookSize, "top_k", $"is {topK}; it must be 1 to {model.CodebookSize}, the size of the model's codebook.");
        Check(topP is >= 0 and <= 1, "top_p", Invariant($"is {topP}; it must be 0 (greedy) to 1 (all codes)."));
        Check(temperature >= 0 && double.IsFinite(temperature), "temperature", Invariant($"is {temperature}; it must be 0 (greedy) or a positive number."));
        Check(parameters.Format is null || Enum.IsDefined(parameters.Format.Value), "format", "is unknown; use png, jpeg or webp.");
        if (errors.Count > 0) throw new InvalidRequestException(errors);

        ulong seed = parameters.Seed ?? DrawSeed();
        var request = new GenerationRequest
        {
            Model = model.Name,
            ModelDigest = model.Digest,
            Prompt = prompt,
            Seed = seed,
            Candidates = candidates,
            Keep = keep,
            Sampling = new(topK, topP, temperature),
            Format = parameters.Format ?? ImageFormat.Png,
            EmbedMetadata = parameters.EmbedMetadata ?? true,
            ReferenceQuirks = parameters.ReferenceQuirks ?? false,
            ImageNamePrefix = "",
            Digest = "",
            Parts = parts,
        };
        string digest = ComputeDigest(request);
        return request with { Digest = digest, ImageNamePrefix = Prefix(parameters.ImageNamePrefix, digest) };
    }

    /// <summary>The name of a candidate's image in the store: derived from the request, so that a retry finds or rewrites the same file.</summary>
    public string ImageName(int candidate) => $"{ImageNamePrefix}-{candidate.ToString("00", CultureInfo.InvariantCulture)}.{Extension(Format)}";

    /// <summary>The name of the manifest that describes this request's images in the store.</summary>
    public string ManifestName => $"{ImageNamePrefix}.json";

    /// <summary>The usual file extension of a format, without the dot.</summary>
    public static string Extension(ImageFormat format) => format switch { ImageFormat.Jpeg => "jpg", ImageFormat.Webp => "webp", _ => "png" };

    private static string Prefix(string? wished, string digest) => wished is null ? digest[..16] : $"{wished}-{digest[..8]}";

    private static string ComputeDigest(GenerationRequest request)
    {
        // Length-prefixed fields, so that no two different requests can spell the same text.
        var text = new StringBuilder("clipgen-request-1\n");
        void Add(string value) => text.Append(CultureInfo.InvariantCulture, $"{value.Length}:{value}\n");
        Add(request.Model);
        Add(request.ModelDigest);
        Add(request.Prompt);
        Add(Invariant($"{request.Seed} {request.Candidates} {request.Keep} {request.Sampling.TopK} {request.Sampling.TopP:R} {request.Sampling.Temperature:R}"));
        Add(Invariant($"{request.Format} {request.EmbedMetadata} {request.ReferenceQuirks}"));
        foreach (var part in request.Parts ?? []) Add(Invariant($"{part.Weight:R} {part.Image?.Sha256} {part.Text}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // 31 bits: easy to type again, and every JSON reader keeps it exact.
    private static ulong DrawSeed() => (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
