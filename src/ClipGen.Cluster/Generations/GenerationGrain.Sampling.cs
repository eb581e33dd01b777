using ClipGen.Cluster.Telemetry;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    /// <summary>Before a gateway that could not be reached is asked again: by then another activation of it may be there.</summary>
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromMilliseconds(200);

    private readonly HashSet<Guid> _lostProcesses = [];
    private DrawnTable? _drawn;
    private CandidateBoard? _board;
    private bool _showing;

    private DrawnTable Drawn => _drawn!;

    public Task ReportAsync(SampleReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        // Even before there is a board: an earlier activation's devices may be faster than this one's encoder.
        if (_log is { Ended: false }) foreach (var progress in report.Progress) Keep(progress, report.DeviceKind);
        if (_board is not { } board) return Task.CompletedTask;
        bool again = false, failed = false;
        foreach (var progress in report.Progress)
        {
            if (progress.Error is { } error)
            {
                failed |= board.Failed(progress.Candidate, report.Device, error);
                continue;
            }
            if (progress.HandedBack)
            {
                again = true;
                continue;
            }
            if (!board.Advance(progress))
            {
                if (progress.Codes is not null) instruments.Wasted(progress.Step, WasteReason.Duplicate);
                continue;
            }
            _trace?.Dequeued();
            _trace?.DeviceTime(progress.DeviceSeconds);
            if (progress.Drawn is { } drawn && !_showing) ShowAsync(Log, report.Device, progress.Candidate, drawn).Ignore();
            Log.Advance(progress.Candidate, progress.Step, done: progress.Codes is not null);
        }
        if (failed) Log.Retried();
        if (again || failed) board.AskAgain();
        return Task.CompletedTask;
    }

    private void Keep(SampleProgress progress, string? deviceKind)
    {
        if (progress.Error is not null) Drawn.Forget(progress.Candidate);
        else if ((progress.Codes ?? progress.Checkpoint) is { } codes) Drawn.Take(new(progress.Candidate, codes, deviceKind ?? ""));
    }

    /// <summary>Has what is drawn decoded where it is drawn, one at a time: one that is not ready before the next, or before the end, is dropped.</summary>
    private async Task ShowAsync(GenerationLog log, string device, int candidate, byte[] codes)
    {
        _showing = true;
        StageTrace.EnterTenant(Submission.Tenant);
        try
        {
            var request = log.Status.Request;
            byte[]? file = await GrainFactory.GetGrain<IVqganDecoderGrain>(device).PreviewAsync(new(request.Model, request.ModelDigest, codes, request.Format), _cancel.Token);
            if (file is null || _board is null || _log != log) return;
            log.Show(candidate, codes.Length / sizeof(int), file);
            _trace?.Previewed();
        }
        catch (Exception e)
        {
            LogNotShown(e, Id, device);   // nothing depends on it
        }
        finally
        {
            _showing = false;
        }
    }

    public async Task LostAsync(string device, IReadOnlyList<int> candidates, Guid? process)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        if (_board is not { } board || !board.Misses(candidates)) return;
        instruments.Wasted(candidates.Where(c => board.Misses([c])).Sum(Log.StepsOf), WasteReason.Lost);
        if (process is { } lost)
        {
            board.Avoid(device);
            await CountCrashAsync(device, lost);
        }
        board.AskAgain();
    }

    /// <summary>All candidates' codes, in their order. They come by <see cref="ReportAsync"/>, from whichever devices the gateway chose.</summary>
    private async Task<IReadOnlyList<CandidateCodes>> SampleAsync(GenerationLog log, IGatewayGrain gateway, PromptEmbedding prompt, CancellationToken cancellationToken)
    {
        var request = Submission.Request;
        var board = _board = new(request.Candidates, options.Value.MaxAttempts);
        _trace?.Queued();
        foreach (var drawn in Drawn.Begun) log.Advance(drawn.Candidate, drawn.Codes.Length / sizeof(int), done: false);
        foreach (var drawn in Drawn.Complete)
        {
            board.Advance(new(drawn.Candidate, drawn.Codes.Length / sizeof(int), drawn.Codes, 0));
            log.Advance(drawn.Candidate, drawn.Codes.Length / sizeof(int), done: true);
        }
        try
        {
            while (board.Missing is { Count: > 0 } missing)
            {
                await Task.Delay(options.Value.Wait(board.Attempt), time, cancellationToken);
                var rest = options.Value.Reassurance;
                bool suspect = Kept.Crashes >= options.Value.CrashesBeforeIsolation;
                try
                {
                    var place = await gateway.EnqueueAsync(new(
                        Id, Submission.Tenant, Submission.Priority,
                        new(request.Model, prompt.Vector, request.Seed, request.Sampling, _trace?.Parent, request.ModelDigest, Submission.Previews, Submission.Tenant, board.Attempt),
                        missing, suspect, board.Failing,
                        suspect ? null : Drawn.Begun));   // a suspect's codes are suspects as well
                    log.Wait(place.Ahead, time.GetUtcNow() + place.ExpectedIn);   // null + … is null: no device is there to estimate by
                }
                catch (Exception e) when (Transient.IsOne(e))
                {
                    LogGatewayAway(e, Id);
                    rest = BeforeAgain;
                }
                // Said again after a while in any case: the gateway may have been lost, and with it the queue.
                await board.WaitAsync(rest, time, cancellationToken);
            }
            return board.Codes;
        }
        finally
        {
            _board = null;
        }
    }

    /// <summary>Counts a lost process once, however many of its devices drew this generation; one too many ends it.</summary>
    private async Task CountCrashAsync(string device, Guid process)
    {
        if (!_lostProcesses.Add(process)) return;
        Log.Retried();
        try
        {
            await SaveAsync(kept => kept with { Crashes = kept.Crashes + 1, Drawn = Drawn.All });
        }
        catch (Exception e) when (!_stopping)
        {
            LogNotWritten(e, Id);
            _kept = record.State = Kept with { Crashes = Kept.Crashes + 1 };   // counted in memory at least
        }
        if (Kept.Crashes >= options.Value.MaxCrashes) _board?.Fail(new QuarantinedException(Kept.Crashes, device));
    }
}
