using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Telemetry;
using ClipGen.Models.Imaging;
using ClipGen.Silo.Telemetry;
using Orleans.Concurrency;

namespace ClipGen.Silo.Grains;

/// <summary>Codes to pixels to scores to files on one device; the pixels never leave it.</summary>
[Reentrant, DevicePlacement]
internal sealed class VqganDecoderGrain(StageDevice device, TimeProvider time) : Grain, IVqganDecoderGrain
{
    private DeviceKey Key => DeviceKey.Parse(this.GetPrimaryKeyString());

    public async Task<DecodeResult> DecodeAndRankAsync(DecodeRequest request, CancellationToken cancellationToken)
    {
        var engine = device.Engine(Key, request.Request.Model, request.Request.ModelDigest);
        using var stop = device.Link(cancellationToken);
        var began = time.GetUtcNow();
        try
        {
            var ranked = await device.RunAsync(engine, token => engine.DecodeAndRankAsync(Job(request), token), stop.Token);
            Trace(began, ranked);
            device.Charge(Key, ranked.DecodeDeviceSeconds + ranked.RerankDeviceSeconds);
            device.Health(engine).Succeeded(DeviceStages.Decode);
            return new(
                [.. ranked.Candidates.Select(c => new DecodedCandidate(c.Candidate, c.ClipScore, c.CodesSha256, c.File))],
                ranked.DecodeDeviceSeconds, ranked.RerankDeviceSeconds, engine.Device.Kind);
        }
        catch (Exception e)
        {
            using var span = SiloTelemetry.Start("clipgen.decode", "decode", Key, began);
            span.Fail(e);
            device.Health(engine).Failed(DeviceStages.Decode, request.Request.Digest, e);
            throw;
        }
    }

    public async Task<byte[]?> PreviewAsync(PreviewRequest request, CancellationToken cancellationToken)
    {
        using var stop = device.Link(cancellationToken);
        var account = new DeviceAccount();
        byte[]? file = await device.Engine(Key, request.Model, request.ModelDigest).PreviewAsync(new(Vectors.ToCodes(request.Codes), FileFormat(request.Format), account), stop.Token);
        device.Charge(Key, account.DeviceSeconds);
        return file;
    }

    private static ImageFileFormat FileFormat(ImageFormat format) => format switch
    {
        ImageFormat.Png => ImageFileFormat.Png,
        ImageFormat.Jpeg => ImageFileFormat.Jpeg,
        ImageFormat.Webp => ImageFileFormat.Webp,
        _ => throw new InvalidOperationException($"No file format for {format}."),
    };

    private static DecodeJob Job(DecodeRequest request) => new(
        Vectors.ToFloats(request.Embedding),
        [.. request.Candidates.Select(c => (c.Candidate, Vectors.ToCodes(c.Codes)))],
        request.Request.Keep,
        FileFormat(request.Request.Format),
        request.Request.EmbedMetadata ? (candidate, codesSha256) => ImageMetadata.Of(request.Request, candidate, codesSha256, Codes(request, candidate)) : null,
        request.Request.ReferenceQuirks);

    private static int[] Codes(DecodeRequest request, int candidate) => Vectors.ToCodes(request.Candidates.First(c => c.Candidate == candidate).Codes);

    // The engine does both in one go and tells the device time of each: the border between the two spans is put in proportion.
    private void Trace(DateTimeOffset began, RankedCandidates ranked)
    {
        var ended = time.GetUtcNow();
        double both = ranked.DecodeDeviceSeconds + ranked.RerankDeviceSeconds;
        var border = began + (ended - began) * (both > 0 ? ranked.DecodeDeviceSeconds / both : 1);
        using var decode = SiloTelemetry.Start("clipgen.decode", "decode", Key, began)?.SetTag("clipgen.device_seconds", ranked.DecodeDeviceSeconds).SetEndTime(border.UtcDateTime);
        decode?.Stop();
        using var rerank = SiloTelemetry.Start("clipgen.rerank", "rerank", Key, border)?.SetTag("clipgen.device_seconds", ranked.RerankDeviceSeconds).SetEndTime(ended.UtcDateTime);
    }
}
