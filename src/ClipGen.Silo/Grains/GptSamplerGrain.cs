using ClipGen.Cluster.Placement;
using Orleans.Concurrency;

namespace ClipGen.Silo.Grains;

/// <summary>Embedding to codes on one device. Which sequences run together is the engine's affair.</summary>
[Reentrant, DevicePlacement]
internal sealed class GptSamplerGrain(StageDevice device) : Grain, IGptSamplerGrain
{
    private DeviceKey Key => DeviceKey.Parse(this.GetPrimaryKeyString());

    public Task DispatchAsync(long number, IReadOnlyList<SampleWork> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        foreach (var model in work.GroupBy(w => (w.Spec.Model, w.Spec.ModelDigest))) device.Sampler(Key, model.Key.Model, model.Key.ModelDigest).Dispatch(number, [.. model]);
        return Task.CompletedTask;
    }

    public Task CancelAsync(string model, string generationId)
    {
        device.Sampler(Key, model, digest: null).Cancel(generationId);
        return Task.CompletedTask;
    }
}
