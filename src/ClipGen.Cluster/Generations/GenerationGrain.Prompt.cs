using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    /// <summary>Makes the prompt's images this generation's own before it is accepted: from then on they stay as long as it does.</summary>
    /// <exception cref="PromptImageMissingException">One of them is not in the store; nothing is owned then.</exception>
    /// <exception cref="RefusedException">The store cannot be asked.</exception>
    private async Task OwnPromptImagesAsync(GenerationRequest request)
    {
        foreach (string name in PromptImages(request))
        {
            await GrainFactory.GetGrain<IImageOwnersGrain>(name).ClaimAsync(Id);
            if (await IsKeptAsync(name)) continue;
            await DisownPromptImagesAsync(request, remove: false);
            throw new PromptImageMissingException($"The prompt's image '{name}' is not in the image store; send its file again.");
        }
    }

    private async Task<bool> IsKeptAsync(string name)
    {
        try
        {
            return await store.ReadAsync(name, default) is not null;
        }
        catch (ImageStoreException e)
        {
            throw new RefusedException(RefusalReason.Storage, e.Message, e.IsTransient ? TimeSpan.FromSeconds(1) : null);
        }
    }

    private async Task DisownPromptImagesAsync(GenerationRequest request, bool remove)
    {
        foreach (string name in PromptImages(request)) await GrainFactory.GetGrain<IImageOwnersGrain>(name).ReleaseAsync(Id, remove ? [name] : []);
    }

    private static IEnumerable<string> PromptImages(GenerationRequest request) => (request.Parts ?? []).Select(part => part.Image?.Name).OfType<string>().Distinct();

    private async Task<PromptEmbedding> EncodeAsync(GenerationTrace trace, IGatewayGrain gateway, CancellationToken cancellationToken)
    {
        var request = Submission.Request;
        // Not every silo with a device reaches the store: the files go with the call, and are let go of with it.
        var parts = request.Parts is { } asked ? await Task.WhenAll(asked.Select(part => ReadAsync(part, cancellationToken))) : null;
        var encode = new EncodeRequest(request.Model, request.Prompt, request.ReferenceQuirks, request.ModelDigest, parts);
        return await trace.MeasureAsync("encode", null, () => AtAsync(
            gateway, DeviceStages.Encode, device => GrainFactory.GetGrain<IClipEncoderGrain>(device).EncodeAsync(encode, cancellationToken), p => p.DeviceSeconds, cancellationToken));
    }

    private async Task<EncodePart> ReadAsync(PromptPart part, CancellationToken cancellationToken)
    {
        if (part.Image is not { } image) return new(part.Text, null, part.Weight);
        byte[]? file = await Patiently().RunAsync(() => store.ReadAsync(image.Name, cancellationToken), cancellationToken);
        return new(null, file ?? throw new StageFailedException($"The prompt's image '{image.Name}' is not in the image store any more."), part.Weight);
    }
}
