using System.Security.Cryptography;
using ClipGen.Models.Imaging;
using ClipGen.Silo.Grains;

namespace ClipGen.Silo.Origins;

/// <summary>
/// What a PNG file tells of how it was drawn: enough to draw it again, and its codes, enough to decode it again without drawing.
/// Whoever made the file may have written anything: what is read here is checked for its form, and the codes against their hash.
/// </summary>
public sealed record ImageOrigin
{
    /// <summary>Where there are <see cref="Parts"/>, all of their text, which may be none.</summary>
    public required string Prompt { get; init; }

    /// <summary>What the prompt was blended from; null for a text alone.</summary>
    public IReadOnlyList<OriginPart>? Parts { get; init; }

    /// <summary>The bundle's name; a plain name, never a path.</summary>
    public required string Model { get; init; }

    public required string ModelDigest { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Candidate index within the request.</summary>
    public required int Candidate { get; init; }

    public required SamplingParameters Sampling { get; init; }

    public required bool ReferenceQuirks { get; init; }

    /// <summary>Lower-case hex SHA-256 of the codes as little-endian int32.</summary>
    public required string CodesSha256 { get; init; }

    /// <summary>Candidates of the request; null in files of programs that did not write it.</summary>
    public int? Candidates { get; init; }

    /// <summary>How many of the best were kept; null as above.</summary>
    public int? Keep { get; init; }

    /// <summary><see cref="GenerationRequest.Digest"/>; null as above.</summary>
    public string? RequestDigest { get; init; }

    /// <summary>In raster order; null as above, or where a code needs more than 16 bits.</summary>
    public IReadOnlyList<int>? Codes { get; init; }

    /// <param name="png">A whole PNG file; its pixels are not decoded.</param>
    /// <returns>Null for a PNG that carries nothing of the kind.</returns>
    /// <exception cref="InvalidDataException">Not a PNG, damaged, or what it tells is not of its form; the message says which.</exception>
    public static ImageOrigin? Read(ReadOnlySpan<byte> png) => Read(PngMetadata.Read(png));

    /// <inheritdoc cref="Read(ReadOnlySpan{byte})"/>
    public static ImageOrigin? Read(IReadOnlyList<KeyValuePair<string, string>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var fields = new OriginFields(texts);
        if (fields.IsEmpty) return null;
        var (sampling, quirks) = fields.Sampling();
        var parts = fields.Has(OriginKeys.Prompts) ? fields.Parts() : null;
        var origin = new ImageOrigin
        {
            Parts = parts,
            Prompt = fields.Text(OriginKeys.Prompt, text => (parts is not null || !string.IsNullOrWhiteSpace(text)) && text.Length <= GenerationRequest.MaxPromptLength),
            Model = fields.Text(OriginKeys.Model, IsPlainName),
            ModelDigest = fields.Text(OriginKeys.ModelDigest, OriginFields.IsSha256),
            Seed = fields.Number<ulong>(OriginKeys.Seed, 0, ulong.MaxValue) ?? throw OriginFields.Missing(OriginKeys.Seed),
            Candidate = fields.Number(OriginKeys.Candidate, 0, GenerationRequest.MaxCandidates - 1) ?? throw OriginFields.Missing(OriginKeys.Candidate),
            Sampling = sampling,
            ReferenceQuirks = quirks,
            CodesSha256 = fields.Text(OriginKeys.CodesSha256, OriginFields.IsSha256),
            Candidates = fields.Number(OriginKeys.Candidates, 1, GenerationRequest.MaxCandidates),
            Keep = fields.Number(OriginKeys.Keep, 1, GenerationRequest.MaxCandidates),
            RequestDigest = fields.Has(OriginKeys.Request) ? fields.Text(OriginKeys.Request, OriginFields.IsSha256) : null,
            Codes = fields.Has(OriginKeys.Codes) ? fields.Codes() : null,
        };
        if (origin.Candidate >= origin.Candidates || origin.Keep > origin.Candidates)
            throw new InvalidDataException("What the image tells of its origin does not fit together: its candidate, or how many were kept, is more than there were candidates.");
        if (origin.Codes is { } codes && Convert.ToHexStringLower(SHA256.HashData(Vectors.ToBytes(codes.ToArray()))) != origin.CodesSha256)
            throw new InvalidDataException("The codes in the image have another hash than it tells: one of the two is damaged.");
        return origin;
    }

    /// <summary>A name under which a bundle is looked up, and nothing that would lead elsewhere.</summary>
    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name[0] != '.' && !name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':');
}
