using ClipGen.Engine.Sampling;
using ClipGen.Engine.Telemetry;
using ClipGen.Models.Bundles;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Devices;

/// <summary>
/// One model on one device: the stages of a prompt's way, each awaited by any number of callers at once.
/// All tensors live on the engine's own thread; callers never block it and it never blocks them.
/// </summary>
public interface IDeviceEngine : IAsyncDisposable
{
    DeviceInfo Device { get; }

    EngineModel Model { get; }

    /// <summary>Text to its L2-normalised CLIP embedding.</summary>
    /// <param name="referenceQuirks">Cut over-long prompts without an end token, as the original does.</param>
    Task<EncodedPrompt> EncodeAsync(string prompt, bool referenceQuirks, CancellationToken cancellationToken);

    /// <summary>An image file to its L2-normalised CLIP embedding: what GPT was trained on. Of an image that is not square, the middle counts.</summary>
    /// <param name="file">A whole PNG, JPEG or WebP file.</param>
    /// <exception cref="InvalidDataException">It is none, is damaged, cut short or too large; the message says which.</exception>
    Task<EncodedPrompt> EncodeImageAsync(byte[] file, CancellationToken cancellationToken);

    /// <summary>Samples one candidate: waits for a free slot, then joins the running batch at the next step.</summary>
    /// <param name="onStep">Called on the engine's thread with the number of codes drawn so far; must return at once.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the slot is free again within one step.</exception>
    Task<SampledCandidate> SampleAsync(SampleJob job, Action<int>? onStep, CancellationToken cancellationToken);

    /// <summary>Decodes candidates, scores them against the prompt, and encodes the best ones as files.</summary>
    Task<RankedCandidates> DecodeAndRankAsync(DecodeJob job, CancellationToken cancellationToken);

    /// <summary>Decodes rows of a candidate that is being drawn; the rows that are missing are filled with what looks calm.</summary>
    /// <returns>Null when the device has better things to do, previews have had their share of its time, or it shows none at all, which is the default.</returns>
    Task<byte[]?> PreviewAsync(PreviewJob job, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

    /// <summary>Has somebody told of every step of the sampler from now on, in the place of whoever was; null for nobody. By default nobody ever is.</summary>
    void Observe(IStepObserver? observer)
    {
    }
}

/// <param name="Kind"><c>cpu</c>, <c>cuda</c> or <c>sim</c>.</param>
/// <param name="Index">Number of the device among those of its kind.</param>
/// <param name="Slots">Sequences that can be sampled at once.</param>
public sealed record DeviceInfo(string Kind, int Index, int Slots)
{
    /// <summary><c>cpu:0</c>, <c>cuda:1</c>: the device's part of a stage grain's key.</summary>
    public string Name => FormattableString.Invariant($"{Kind}:{Index}");
}

/// <summary>What the engine has loaded.</summary>
/// <param name="Digest">The bundle's identity, lower-case hex SHA-256.</param>
/// <param name="CodesPerImage">Steps a candidate takes.</param>
public sealed record EngineModel(string Name, string Digest, int DefaultCandidates, int CodebookSize, int CodesPerImage, int ImageSize, int EmbeddingSize)
{
    /// <summary>What an engine that loads this bundle will have; known before anything is loaded.</summary>
    public static EngineModel Of(ModelBundle bundle)
    {
        var manifest = bundle.Manifest;
        return new(
            manifest.Name, bundle.Digest, manifest.DefaultCandidates, manifest.Vqgan.CodebookSize, manifest.Gpt.BlockSize, manifest.Vqgan.Resolution, manifest.Clip.EmbedSize);
    }
}

/// <param name="Vector">L2-normalised, <see cref="EngineModel.EmbeddingSize"/> long.</param>
/// <param name="Tokens">Text tokens read, start and end included; 0 for an image.</param>
/// <param name="Truncated">Whether the prompt was longer than the encoder reads.</param>
public sealed record EncodedPrompt(float[] Vector, int Tokens, bool Truncated, double DeviceSeconds);

/// <param name="Drawn">
/// The codes that an earlier run of the same candidate has drawn on a device of the same kind, from the first on, fewer than all.
/// The device goes on behind them, with the codes of an undisturbed run; it may as well begin anew. Null: none are known.
/// </param>
/// <param name="Glimpses">What is told of the codes while they are drawn; null for nothing.</param>
/// <param name="Account">What its cost is written to; null for nothing.</param>
public sealed record SampleJob(
    float[] Embedding, ulong Seed, int Candidate, SamplingParameters Sampling, int[]? Drawn = null, SampleGlimpses? Glimpses = null, DeviceAccount? Account = null);

/// <param name="At">Numbers of codes at which to tell.</param>
/// <param name="Tell">Called on the engine's thread with a copy of the codes drawn so far; must return at once.</param>
public sealed record SampleGlimpses(IReadOnlyList<int> At, Action<int[]> Tell);

/// <param name="Codes">Raster order, from one code to <see cref="EngineModel.CodesPerImage"/>.</param>
/// <param name="Account">What its cost is written to; null for nothing.</param>
public sealed record PreviewJob(int[] Codes, ImageFileFormat Format, DeviceAccount? Account = null);

/// <param name="Codes">Raster order, <see cref="EngineModel.CodesPerImage"/> long.</param>
public sealed record SampledCandidate(int Candidate, int[] Codes, double DeviceSeconds);

/// <param name="Embedding">The prompt's, to score against.</param>
/// <param name="Keep">How many of the best to encode as files.</param>
/// <param name="Metadata">Key and text of the PNG's iTXt chunks for a candidate and the hex SHA-256 of its codes; null for none.</param>
/// <param name="ReferenceQuirks">Feed CLIP the decoder's own pixel range, as the original's rerank does.</param>
public sealed record DecodeJob(
    float[] Embedding,
    IReadOnlyList<(int Candidate, int[] Codes)> Candidates,
    int Keep,
    ImageFileFormat Format,
    Func<int, string, IReadOnlyList<KeyValuePair<string, string>>>? Metadata,
    bool ReferenceQuirks);

/// <param name="Candidates">Best score first; equal scores: lower candidate first.</param>
public sealed record RankedCandidates(IReadOnlyList<RankedCandidate> Candidates, double DecodeDeviceSeconds, double RerankDeviceSeconds);

/// <param name="ClipScore">Cosine similarity, −1 to 1.</param>
/// <param name="CodesSha256">Of the codes as little-endian int32, lower-case hex.</param>
/// <param name="File">The encoded image, or null for a candidate that was not kept.</param>
public sealed record RankedCandidate(int Candidate, double ClipScore, string CodesSha256, byte[]? File);
