using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Telemetry;
using Orleans.Concurrency;

namespace ClipGen.Silo.Grains;

/// <summary>Texts and images to CLIP embeddings on one device.</summary>
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
            var prompt = await device.RunAsync(engine, token => EncodeAsync(engine, request, token), stop.Token);
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

    public async Task<string?> FindFlawAsync(ImageFile file, CancellationToken cancellationToken)
    {
        using var stop = device.Link(cancellationToken);
        try
        {
            return await PromptImageFile.DecodeAsync(file.Content, _ => (string?)null, stop.Token);
        }
        catch (InvalidDataException e)
        {
            return $"cannot be decoded: {e.Message} Send a whole PNG, JPEG or WebP file.";
        }
    }

    private static async Task<EncodedPrompt> EncodeAsync(IDeviceEngine engine, EncodeRequest request, CancellationToken cancellationToken)
    {
        if (request.Parts is not { } parts) return await engine.EncodeAsync(request.Prompt, request.ReferenceQuirks, cancellationToken);
        var encoded = new List<(EncodedPrompt, double)>();
        foreach (var part in parts)
        {
            encoded.Add((
                part.Image is { } file ? await engine.EncodeImageAsync(file, cancellationToken) : await engine.EncodeAsync(part.Text!, request.ReferenceQuirks, cancellationToken),
                part.Weight));
        }
        return PromptBlend.Of(encoded);
    }
}
