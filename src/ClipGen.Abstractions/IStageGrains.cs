namespace ClipGen;

/// <summary>Texts and images to CLIP embeddings on one device. Key: <c>silo/device</c>.</summary>
[Alias("clipgen.IClipEncoderGrain")]
public interface IClipEncoderGrain : IGrainWithStringKey
{
    /// <summary>Encodes one prompt; waits for the device as long as it takes.</summary>
    [Alias("Encode"), ResponseTimeout("01:00:00")]
    Task<PromptEmbedding> EncodeAsync(EncodeRequest request, CancellationToken cancellationToken);

    /// <summary>Decodes an image file whole, as encoding it would.</summary>
    /// <returns>What is wrong with it, to be read after its name; null for nothing.</returns>
    [Alias("FindFlaw"), ResponseTimeout("00:01:00")]
    Task<string?> FindFlawAsync(ImageFile file, CancellationToken cancellationToken);
}

/// <summary>Embedding to codes on one device. Key: <c>silo/device</c>.</summary>
[Alias("clipgen.IGptSamplerGrain")]
public interface IGptSamplerGrain : IGrainWithStringKey
{
    /// <summary>
    /// Called by the gateway: the device takes these sequences, returns at once, and tells their generations what comes of them
    /// (<see cref="IGenerationGrain.ReportAsync"/>). Sequences it has already are left alone.
    /// </summary>
    /// <param name="number">Rises with every dispatch of one gateway activation to one device.</param>
    [Alias("Dispatch")]
    Task DispatchAsync(long number, IReadOnlyList<SampleWork> work);

    /// <summary>Stops a generation's sequences within one step.</summary>
    [Alias("Cancel")]
    Task CancelAsync(string model, string generationId);
}

/// <summary>Codes to pixels to scores to encoded images on one device: pixels stay where they are made. Key: <c>silo/device</c>.</summary>
[Alias("clipgen.IVqganDecoderGrain")]
public interface IVqganDecoderGrain : IGrainWithStringKey
{
    /// <summary>Decodes and scores all candidates of a request and encodes the best; waits for the device as long as it takes.</summary>
    [Alias("DecodeAndRank"), ResponseTimeout("01:00:00")]
    Task<DecodeResult> DecodeAndRankAsync(DecodeRequest request, CancellationToken cancellationToken);

    /// <summary>An encoded image of what is drawn, the rest filled calmly; null when the device has better things to do.</summary>
    [Alias("Preview")]
    Task<byte[]?> PreviewAsync(PreviewRequest request, CancellationToken cancellationToken);
}
