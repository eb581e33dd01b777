using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Storage;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Prompts;

/// <inheritdoc cref="IPromptImageGrain"/>
[GatewayRole]
internal sealed class PromptImageGrain(IImageStore store, IOptions<PromptImageOptions> options) : Grain, IPromptImageGrain
{
    private const int MaxAttempts = 3;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private string Name => this.GetPrimaryKeyString();

    public async Task KeepAsync(string model, ImageFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (PromptImageCheck.Problem(file.Content, options.Value) is { } problem) throw Invalid(problem);
        if (PromptImage.Of(file.Content)?.Name != Name) throw Invalid("is another file than its name says.");
        try
        {
            // What is there has been looked at when it came.
            if (await store.ReadAsync(Name, default) is { } kept && kept.AsSpan().SequenceEqual(file.Content)) return;
            await LookAtAsync(model, file);
            await store.WriteAsync(Name, file.Content, default);
        }
        catch (ImageStoreException e)
        {
            throw new RefusedException(RefusalReason.Storage, e.Message, e.IsTransient ? Soon : null);
        }
    }

    // In the turn of the grain that knows the owners: none of them comes in between.
    public Task DiscardAsync() => GrainFactory.GetGrain<IImageOwnersGrain>(Name).ReleaseAsync("", [Name]);

    private async Task LookAtAsync(string model, ImageFile file)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var devices = (await GrainFactory.GetGrain<IClusterDirectoryGrain>(0).DevicesAsync())
                .Where(d => d.Model.Name == model && d.Stages.HasFlag(DeviceStages.Encode) && !d.Draining && d.Trouble is null)
                .ToList();
            if (devices.Count == 0) break;
            string device = devices[(int)((GenerationId.Hash(Name) + attempt) % devices.Count)].Key;
            try
            {
                if (await GrainFactory.GetGrain<IClipEncoderGrain>(device).FindFlawAsync(file, default) is { } flaw) throw Invalid(flaw);
                return;
            }
            catch (Exception e) when (Transient.IsOne(e))
            {
                // It is gone, or stops: another one looks at it.
            }
        }
        throw new RefusedException(RefusalReason.NoDevice, $"No device with the model '{model}' can look at the prompt's image now; try again.", Soon);
    }

    private static InvalidRequestException Invalid(string problem) => new([new("image", problem)]);
}
