namespace ClipGen;

/// <summary>A prompt to encode.</summary>
/// <param name="ModelDigest">The version of the model: no other may encode it. Null: any.</param>
/// <param name="Parts">What it is blended from, in this order; null for the text of <paramref name="Prompt"/> alone.</param>
[GenerateSerializer, Immutable, Alias("clipgen.EncodeRequest")]
public sealed record EncodeRequest(
    [property: Id(0)] string Model,
    [property: Id(1)] string Prompt,
    [property: Id(2)] bool ReferenceQuirks,
    [property: Id(3)] string? ModelDigest = null,
    [property: Id(4)] IReadOnlyList<EncodePart>? Parts = null);

/// <summary>A text or an image file to encode, and its share of the blend.</summary>
/// <param name="Text">Null for an image.</param>
/// <param name="Image">A whole PNG, JPEG or WebP file, never changed after sending; null for a text.</param>
/// <param name="Weight">Relative to the other parts'; positive.</param>
[GenerateSerializer, Immutable, Alias("clipgen.EncodePart")]
public sealed record EncodePart([property: Id(0)] string? Text, [property: Id(1)] byte[]? Image, [property: Id(2)] double Weight);

/// <summary>A prompt's place in CLIP's space.</summary>
/// <param name="Vector">L2-normalised, little-endian float32, 512 of them for ViT-B/32; never changed after sending.</param>
/// <param name="Tokens">Tokens read, start and end included.</param>
/// <param name="Truncated">Whether the prompt was longer than the encoder reads.</param>
[GenerateSerializer, Immutable, Alias("clipgen.PromptEmbedding")]
public sealed record PromptEmbedding(
    [property: Id(0)] byte[] Vector,
    [property: Id(1)] int Tokens,
    [property: Id(2)] bool Truncated,
    [property: Id(3)] double DeviceSeconds);

/// <summary>Candidates of one generation for one device.</summary>
/// <param name="Drawn">What is known of their codes: a device of the same kind goes on behind them. Null: nothing.</param>
[GenerateSerializer, Immutable, Alias("clipgen.SampleWork")]
public sealed record SampleWork(
    [property: Id(0)] string GenerationId,
    [property: Id(1)] SampleSpec Spec,
    [property: Id(2)] IReadOnlyList<int> Candidates,
    [property: Id(3)] IReadOnlyList<DrawnCodes>? Drawn = null);

/// <summary>Codes that a device has drawn of a candidate and has told of, so that they need not be drawn again.</summary>
/// <param name="Candidate">Candidate index within the request.</param>
/// <param name="Codes">Little-endian int32 in raster order, from the first on.</param>
/// <param name="DeviceKind">As <see cref="DeviceReport.Kind"/>: another kind calculates otherwise, and would go on to another image.</param>
[GenerateSerializer, Immutable, Alias("clipgen.DrawnCodes")]
public sealed record DrawnCodes(
    [property: Id(0)] int Candidate,
    [property: Id(1)] byte[] Codes,
    [property: Id(2)] string DeviceKind);

/// <summary>What a device tells a generation of its sequences.</summary>
/// <param name="Device"><c>silo/device</c>.</param>
/// <param name="DeviceKind">As <see cref="DeviceReport.Kind"/>; null from silos that do not say.</param>
[GenerateSerializer, Immutable, Alias("clipgen.SampleReport")]
public sealed record SampleReport(
    [property: Id(0)] string Device,
    [property: Id(1)] IReadOnlyList<SampleProgress> Progress,
    [property: Id(2)] string? DeviceKind = null);

/// <summary>How far a candidate is, its codes once, or why there are none.</summary>
/// <param name="Candidate">Candidate index within the request.</param>
/// <param name="Step">Codes drawn so far.</param>
/// <param name="Codes">Little-endian int32 codes in raster order once all are drawn; null before.</param>
/// <param name="DeviceSeconds">This candidate's share of the device's time; 0 before it is done.</param>
/// <param name="Error">Why the device gave up on it; null when it did not.</param>
/// <param name="HandedBack">The device stops in good order and has not finished it: no failure, to be sampled elsewhere.</param>
/// <param name="Drawn">The codes of whole rows drawn so far (as <paramref name="Codes"/>), where a preview is due; null elsewhere.</param>
/// <param name="Checkpoint">
/// The codes drawn so far (as <paramref name="Codes"/>), told now and then, and when it is handed back: whoever draws it next can go on
/// behind them. Null in between.
/// </param>
[GenerateSerializer, Immutable, Alias("clipgen.SampleProgress")]
public sealed record SampleProgress(
    [property: Id(0)] int Candidate,
    [property: Id(1)] int Step,
    [property: Id(2)] byte[]? Codes,
    [property: Id(3)] double DeviceSeconds,
    [property: Id(4)] string? Error = null,
    [property: Id(5)] bool HandedBack = false,
    [property: Id(6)] byte[]? Drawn = null,
    [property: Id(7)] byte[]? Checkpoint = null);

/// <summary>One candidate's codes (little-endian int32, raster order).</summary>
[GenerateSerializer, Immutable, Alias("clipgen.CandidateCodes")]
public sealed record CandidateCodes([property: Id(0)] int Candidate, [property: Id(1)] byte[] Codes);

/// <summary>Candidates to decode, score against the prompt, and encode the best of.</summary>
/// <param name="Embedding">The prompt's, as in <see cref="PromptEmbedding.Vector"/>.</param>
/// <param name="Request">What the images carry as metadata, how they are encoded, and how many are kept.</param>
[GenerateSerializer, Immutable, Alias("clipgen.DecodeRequest")]
public sealed record DecodeRequest(
    [property: Id(0)] GenerationRequest Request,
    [property: Id(1)] byte[] Embedding,
    [property: Id(2)] IReadOnlyList<CandidateCodes> Candidates);

/// <summary>Some rows of a candidate to look at before it is drawn.</summary>
/// <param name="ModelDigest">The version of the model that drew them.</param>
/// <param name="Codes">Little-endian int32 in raster order, fewer than an image has.</param>
[GenerateSerializer, Immutable, Alias("clipgen.PreviewRequest")]
public sealed record PreviewRequest(
    [property: Id(0)] string Model,
    [property: Id(1)] string ModelDigest,
    [property: Id(2)] byte[] Codes,
    [property: Id(3)] ImageFormat Format);

/// <summary>A candidate's score, and its image if it is among the kept.</summary>
/// <param name="ClipScore">Cosine similarity of image and prompt in CLIP's space, −1 to 1.</param>
/// <param name="CodesSha256">Lower-case hex SHA-256 of the codes' bytes.</param>
/// <param name="Image">The encoded file, or null for a candidate that was not kept.</param>
[GenerateSerializer, Immutable, Alias("clipgen.DecodedCandidate")]
public sealed record DecodedCandidate(
    [property: Id(0)] int Candidate,
    [property: Id(1)] double ClipScore,
    [property: Id(2)] string CodesSha256,
    [property: Id(3)] byte[]? Image);

/// <summary>All candidates of a <see cref="DecodeRequest"/>, best score first (equal scores: lower candidate first).</summary>
[GenerateSerializer, Immutable, Alias("clipgen.DecodeResult")]
public sealed record DecodeResult(
    [property: Id(0)] IReadOnlyList<DecodedCandidate> Candidates,
    [property: Id(1)] double DecodeDeviceSeconds,
    [property: Id(2)] double RerankDeviceSeconds,
    [property: Id(3)] string DeviceKind);
