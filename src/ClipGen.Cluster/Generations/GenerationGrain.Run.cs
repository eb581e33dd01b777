using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using ClipGen.Cluster.Telemetry;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    //                      ┌► sampler ─┐
    //  route ─► encoder ───┼► sampler ─┼──► decoder and ranker ──► images ─► manifest ─► Completed
    //                      └► sampler ─┘        one device           the image store
    //  whatever goes wrong on the way ends in Failed, whoever cancels in Cancelled, and the route is given back in any case
    private async Task RunAsync(GenerationLog log, CancellationToken cancellationToken)
    {
        var request = log.Status.Request;
        var gateway = GrainFactory.GetGrain<IGatewayGrain>(request.Model);
        using var trace = new GenerationTrace(instruments, time, Id, request);
        GenerationEventKind end;
        GenerationStatus status;
        try
        {
            // Step 1: see that the images can be kept, then choose devices
            await store.EnsureWritableAsync(cancellationToken);
            var route = await trace.MeasureAsync("queue", "clipgen.queue", () => gateway.RouteAsync(Id, request.Candidates));
            log.Run();

            // Step 2: encode the prompt
            var prompt = await trace.MeasureAsync("encode", null, () => GrainFactory.GetGrain<IClipEncoderGrain>(route.Encoder)
                .EncodeAsync(new(request.Model, request.Prompt, request.ReferenceQuirks), cancellationToken));
            trace.DeviceTime(route.Encoder, prompt.DeviceSeconds);
            log.Append(GenerationEventKind.Encoded);

            // Step 3: sample the candidates, on all devices of the route at once
            var codes = await trace.MeasureAsync("sample", null, () => SampleAsync(log, trace, route, prompt, cancellationToken));

            // Step 4: decode and rank
            var ranked = await trace.MeasureAsync("decode", null, () => GrainFactory.GetGrain<IVqganDecoderGrain>(route.Decoder)
                .DecodeAndRankAsync(new(request, prompt.Vector, codes), cancellationToken));
            trace.DeviceTime(route.Decoder, ranked.DecodeDeviceSeconds + ranked.RerankDeviceSeconds);
            double[] scores = [.. ranked.Candidates.OrderBy(c => c.Candidate).Select(c => c.ClipScore)];
            log.Append(GenerationEventKind.Decoded);

            // Step 5: store the images, then the manifest: where a manifest is, its images are
            var (images, manifest) = await trace.MeasureAsync("store", "clipgen.store", () => StoreAsync(log, prompt, ranked, scores, cancellationToken));

            // Step 6: tell
            end = GenerationEventKind.Completed;
            status = log.Status with
            {
                State = GenerationState.Completed,
                Result = new()
                {
                    Images = images,
                    CandidateScores = scores,
                    Times = trace.Times(),
                    DeviceKind = ranked.DeviceKind,
                    PromptTruncated = prompt.Truncated,
                    PromptTokens = prompt.Tokens,
                    ManifestLocation = manifest,
                },
            };
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            end = GenerationEventKind.Cancelled;
            status = log.Status with { State = GenerationState.Cancelled };
        }
        catch (Exception e)
        {
            LogFailed(e, Id);
            trace.Error = e;
            end = GenerationEventKind.Failed;
            status = log.Status with { State = GenerationState.Failed, Error = OneLine(e.Message) };
        }
        trace.End(status);
        await ReleaseAsync(gateway);
        log.Append(end, status);
        DelayDeactivation(TimeSpan.Zero);
    }

    private async Task<CandidateCodes[]> SampleAsync(GenerationLog log, GenerationTrace trace, Route route, PromptEmbedding prompt, CancellationToken cancellationToken)
    {
        var request = log.Status.Request;
        var codes = new CandidateCodes?[request.Candidates];
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? failure = null;

        await Task.WhenAll(route.Samplers.Select(ShareAsync));
        failure?.Throw();
        return [.. codes.Select((c, i) => c ?? throw new InvalidOperationException($"No device returned candidate {i}."))];

        async Task ShareAsync(SamplerShare share)
        {
            try
            {
                SampleRequest work = new(request.Model, prompt.Vector, request.Seed, share.FirstCandidate, share.Count, request.Sampling);
                await foreach (var progress in GrainFactory.GetGrain<IGptSamplerGrain>(share.Device).SampleAsync(work, together.Token))
                {
                    if (progress.Codes is not null) codes[progress.Candidate] = new(progress.Candidate, progress.Codes);
                    trace.DeviceTime(share.Device, progress.DeviceSeconds);
                    log.Advance(progress.Candidate, progress.Step, done: progress.Codes is not null);
                }
            }
            catch (Exception e)
            {
                failure ??= ExceptionDispatchInfo.Capture(e);   // the first is the cause; it stops the other devices
                await together.CancelAsync();
            }
        }
    }

    private async Task<(IReadOnlyList<RankedImage> Images, string Manifest)> StoreAsync(
        GenerationLog log, PromptEmbedding prompt, DecodeResult ranked, double[] scores, CancellationToken cancellationToken)
    {
        var request = log.Status.Request;
        var images = new List<RankedImage>();
        foreach (var candidate in ranked.Candidates)
        {
            if (candidate.Image is not { } file) continue;
            string name = request.ImageName(candidate.Candidate);
            images.Add(new()
            {
                Rank = images.Count + 1,
                Candidate = candidate.Candidate,
                ClipScore = candidate.ClipScore,
                Name = name,
                Location = await store.WriteAsync(name, file, cancellationToken),
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
                CodesSha256 = candidate.CodesSha256,
                Bytes = file.Length,
            });
            log.Append(GenerationEventKind.ImageStored);
        }
        byte[] manifest = GenerationManifest.Of(request, prompt, ranked.DeviceKind, images, scores).ToJson();
        return (images, await store.WriteAsync(request.ManifestName, manifest, cancellationToken));
    }

    private async Task ReleaseAsync(IGatewayGrain gateway)
    {
        try
        {
            await gateway.ReleaseAsync(Id);
        }
        catch (Exception e)
        {
            LogNotReleased(e, Id);   // the gateway's counts are soft state; the images are not
        }
    }

    private static string OneLine(string message) => message.ReplaceLineEndings("\n").Split('\n')[0].Trim();
}
