using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;
using ClipGen.Silo.Telemetry;
using Orleans.Concurrency;

namespace ClipGen.Silo.Grains;

/// <summary>Text to CLIP embedding on one device.</summary>
[Reentrant, DevicePlacement]
internal sealed class ClipEncoderGrain(StageDevice device) : Grain, IClipEncoderGrain
{
    private DeviceKey Key => DeviceKey.Parse(this.GetPrimaryKeyString());

    public async Task<PromptEmbedding> EncodeAsync(EncodeRequest request, CancellationToken cancellationToken)
    {
        var engine = device.Engine(Key, request.Model, request.ModelDigest);
        using var stop = device.Link(cancellationToken);
        using var span = SiloTelemetry.Start($"embeddings {request.Model}", "encode", Key)
            ?.SetTag("gen_ai.operation.name", "embeddings")
            .SetTag("gen_ai.provider.name", "clipgen")
            .SetTag("gen_ai.request.model", request.Model)
            .SetTag("gen_ai.embeddings.dimension.count", engine.Model.EmbeddingSize);
        try
        {
            var prompt = await engine.EncodeAsync(request.Prompt, request.ReferenceQuirks, stop.Token);
            span?.SetTag("gen_ai.usage.input_tokens", prompt.Tokens).SetTag("clipgen.device_seconds", prompt.DeviceSeconds);
            device.Charge(Key, prompt.DeviceSeconds);
            device.Health(engine).Succeeded(DeviceStages.Encode);
            return new(Vectors.ToBytes(prompt.Vector), prompt.Tokens, prompt.Truncated, prompt.DeviceSeconds);
        }
        catch (Exception e)
        {
            span.Fail(e);
            device.Health(engine).Failed(DeviceStages.Encode, request.Prompt, e);
            throw;
        }
    }
}
