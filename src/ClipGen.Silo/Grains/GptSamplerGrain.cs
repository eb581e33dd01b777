using System.Runtime.CompilerServices;
using ClipGen.Cluster.Placement;
using Orleans.Concurrency;

namespace ClipGen.Silo.Grains;

/// <summary>Embedding to codes on one device. Which sequences run together is the engine's affair; here each candidate is one call.</summary>
[Reentrant, DevicePlacement]
internal sealed class GptSamplerGrain(StageDevice device, TimeProvider time) : Grain, IGptSamplerGrain
{
    private DeviceKey Key => DeviceKey.Parse(this.GetPrimaryKeyString());

    public async IAsyncEnumerable<SampleProgress> SampleAsync(SampleRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var engine = device.Engine(Key, request.Model);
        using var stop = device.Link(cancellationToken);
        await using var run = new SamplingRun(engine, Key, request, time, stop.Token);
        await foreach (var progress in run.ReadAllAsync(stop.Token)) yield return progress;
    }
}
