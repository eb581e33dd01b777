using System.Security.Cryptography;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    private GenerationTrace? _trace;

    private const string NotStored = "its images could not be stored; the log of whoever runs the cluster says why, under the generation's id.";

    /// <summary>A replay is compared and thrown away.</summary>
    private bool StoresImages => Submission.Replay is null;

    //                        ┌► sampler ─┐
    //  encoder ─► gateway ───┼► sampler ─┼──► decoder and ranker ──► images ─► manifest ─► record ─► Completed
    //            (the queue) └► sampler ─┘        one device           the image store
    //  whatever is lost or fails on the way is tried again elsewhere; what ends it is written down before it is told
    private async Task RunAsync(GenerationLog log, CancellationToken cancellationToken)
    {
        var request = Submission.Request;
        var gateway = GrainFactory.GetGrain<IGatewayGrain>(request.Model);
        using var trace = _trace = new GenerationTrace(instruments, time, silo.Name, Id, request, Kept.TraceParent, telemetry.Value.CapturePrompts);
        StageTrace.EnterTenant(Submission.Tenant);
        GenerationEventKind end;
        GenerationStatus status;
        try
        {
            // Step 1: see that it may be tried, and that the images can be kept
            cancellationToken.ThrowIfCancellationRequested();
            if (Kept.Crashes >= options.Value.MaxCrashes) throw new QuarantinedException(Kept.Crashes, null);
            if (StoresImages) await unstored.WhenNobodyWaitsAsync(cancellationToken);
            await Patiently().RunAsync(() => store.EnsureWritableAsync(cancellationToken), cancellationToken);

            // Step 2: encode the prompt
            var prompt = await EncodeAsync(trace, gateway, cancellationToken);
            log.Run();
            log.Append(GenerationEventKind.Encoded);

            // Step 3: sample the candidates, wherever slots get free
            var codes = await trace.MeasureAsync("sample", null, () => SampleAsync(log, gateway, prompt, cancellationToken));

            // Step 4: decode and rank, when there is room for the images until they are stored
            using var room = StoresImages ? await unstored.EnterAsync(request.Keep, Kept.Model!.ImageSize, cancellationToken) : null;
            var ranked = await trace.MeasureAsync("decode", null, () => AtAsync(gateway, DeviceStages.Decode, device => GrainFactory.GetGrain<IVqganDecoderGrain>(device)
                .DecodeAndRankAsync(new(request, prompt.Vector, codes), cancellationToken), r => r.DecodeDeviceSeconds + r.RerankDeviceSeconds, cancellationToken));
            double[] scores = [.. ranked.Candidates.OrderBy(c => c.Candidate).Select(c => c.ClipScore)];
            log.Append(GenerationEventKind.Decoded);

            // Step 5: store the images, then the manifest: where a manifest is, its images are; a replay stores nothing
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
                Replay = Submission.Replay is { } first ? ReplayComparison.Of(first, Id, request.ModelDigest, ranked) : null,
            };
        }
        catch (Exception) when (_stopping)
        {
            return;   // another activation goes on with it
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
            status = log.Status with { State = GenerationState.Failed, Error = OneLine(e.Message), ErrorToOthers = e is ImageStoreException ? NotStored : null };
        }
        trace.End(status);
        try
        {
            // Slots are free at once, even while the end cannot be written down.
            if (end != GenerationEventKind.Completed) await TellAsync(() => gateway.WithdrawAsync(Id));
            await EndAsync(log, gateway, end, status);
        }
        catch (Exception e)
        {
            LogNotWritten(e, Id);   // another activation goes on with it
        }
        DelayDeactivation(TimeSpan.Zero);
    }

    /// <summary>Has a stage done by a device of the gateway's choice; by another one, after a while, if that fails or is lost.</summary>
    private async Task<T> AtAsync<T>(IGatewayGrain gateway, DeviceStages stage, Func<string, Task<T>> work, Func<T, double> deviceSeconds, CancellationToken cancellationToken)
    {
        var failing = new SortedSet<string>(StringComparer.Ordinal);
        for (int attempt = 1, disturbed = 0, unserved = 0; ;)
        {
            await Task.Delay(options.Value.Wait(Math.Max(attempt, disturbed + 1)), time, cancellationToken);
            DeviceChoice? device = null;
            try
            {
                device = await gateway.PickAsync(Id, stage, [.. failing], Submission.Request.ModelDigest);
                if (device is null)
                {
                    // Accepted work outlives its devices: it waits for others. A gateway that has just begun hears of them within a moment.
                    await Task.Delay(WithoutDevice(unserved++), time, cancellationToken);
                    continue;
                }
                StageTrace.EnterAttempt(attempt + disturbed);
                var result = await work(device.Key);
                _trace?.DeviceTime(deviceSeconds(result));
                return result;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && Transient.IsOne(e))
            {
                LogRetried(e, Id, stage, device?.Key ?? "none");
                disturbed++;
                if (device is null) continue;
                failing.Add(device.Key);
                // A device that could not be found, or that stops in good order, has not crashed.
                if (e is SiloUnavailableException) await CountCrashAsync(device.Key, device.Process);
                if (Kept.Crashes >= options.Value.MaxCrashes) throw new QuarantinedException(Kept.Crashes, device.Key);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogRetried(e, Id, stage, device?.Key ?? "none");
                if (++attempt > options.Value.MaxAttempts) throw;
                if (device is not null) failing.Add(device.Key);
                Log.Retried();
            }
        }
    }

    /// <summary>A tenth of a second, then twice as long each time, up to a third of the reassurance.</summary>
    private TimeSpan WithoutDevice(int times)
    {
        var longest = options.Value.Reassurance / 3;
        var wait = TimeSpan.FromSeconds(0.1) * Math.Pow(2, Math.Min(times, 10));
        return wait < longest ? wait : longest;
    }

    private async Task<(IReadOnlyList<RankedImage> Images, string Manifest)> StoreAsync(
        GenerationLog log, PromptEmbedding prompt, DecodeResult ranked, double[] scores, CancellationToken cancellationToken)
    {
        if (!StoresImages) return ([], "");
        var request = log.Status.Request;
        var images = new List<RankedImage>();
        var retry = Patiently();
        var properties = new ImageProperties { GenerationId = Id, Tenant = Submission.Tenant, Model = request.Model, ModelDigest = request.ModelDigest, Seed = request.Seed };
        await retry.RunAsync(() => Owners.ClaimAsync(Id), cancellationToken);
        foreach (var candidate in ranked.Candidates)
        {
            if (candidate.Image is not { } file) continue;
            string name = request.ImageName(candidate.Candidate);
            var known = properties with { Candidate = candidate.Candidate, ClipScore = candidate.ClipScore };
            images.Add(new()
            {
                Rank = images.Count + 1,
                Candidate = candidate.Candidate,
                ClipScore = candidate.ClipScore,
                Name = name,
                Location = await retry.RunAsync(() => store.WriteAsync(name, file, known, cancellationToken), cancellationToken),
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(file)),
                CodesSha256 = candidate.CodesSha256,
                Bytes = file.Length,
            });
            log.Append(GenerationEventKind.ImageStored);
        }
        byte[] manifest = GenerationManifest.Of(request, prompt.Tokens, prompt.Truncated, ranked.DeviceKind, images, scores).ToJson();
        return (images, await retry.RunAsync(() => store.WriteAsync(request.ManifestName, manifest, properties, cancellationToken), cancellationToken));
    }

    private StoreRetry Patiently() => new(options.Value, Id, time, e =>
    {
        LogStoreAway(e, Id);
        instruments.StoreRetried();
        Log.Retried();
    });

    private async Task TellAsync(Func<Task> tellGateway)
    {
        try
        {
            await tellGateway();
        }
        catch (Exception e)
        {
            LogNotReleased(e, Id);   // it finds out by itself, when it goes through what it takes for unfinished
        }
    }

    private static string OneLine(string message) => message.ReplaceLineEndings("\n").Split('\n')[0].Trim();
}
