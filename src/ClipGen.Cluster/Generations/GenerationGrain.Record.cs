using System.Diagnostics;
using Orleans.Storage;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    /// <summary>The activation stops although the generation has not ended: another one goes on.</summary>
    private bool _stopping;

    private readonly SemaphoreSlim _writing = new(1);
    private GenerationRecord? _kept;

    /// <summary>The record as it is in the store; <c>record.State</c> is ahead of it while a write is under way.</summary>
    private GenerationRecord Kept => _kept ??= record.State;

    /// <summary>Accepted is written: only after that does anything begin.</summary>
    private async Task AcceptAsync(Submission submission, ModelDescription model)
    {
        var before = Kept;
        await SaveAsync(kept => new()
        {
            Submission = submission,
            Model = model,
            AcceptedAt = time.GetUtcNow(),
            AmongDevices = role.HasDevices,
            Epoch = kept.Submission is null ? 0 : kept.Epoch + 1,
            TraceParent = Activity.Current?.Id,
        });
        Begin();
        LeaveOldPlace(before);
    }

    /// <summary>Goes on after another activation, which was lost or has handed it over.</summary>
    private async Task TakeUpAsync()
    {
        // A lost process counts only if it drew: a gateway's end says nothing about the request.
        await SaveAsync(last => last with
        {
            Epoch = last.Epoch + 1,
            Crashes = last.Crashes + (last.AmongDevices && !last.HandedOver ? 1 : 0),
            AmongDevices = role.HasDevices,
            HandedOver = false,
        });
        Begin();
    }

    private void Begin()
    {
        _log = new(Id, Kept);
        _drawn = new(Submission.Request.Candidates, Kept.Model!, Kept.Drawn);
        if (_cancel.IsCancellationRequested)
        {
            // That was meant for the run before.
            _cancel.Dispose();
            _cancel = new();
        }
        if (Kept.Cancelled) _cancel.Cancel();
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        Enter();
        _run = RunAsync(_log, _cancel.Token);
    }

    /// <summary>
    /// First the index of what is to be removed one day and the tenant's list, then the record, then the gateway, then whoever watches: a
    /// crash in between leaves an ended generation in the index of the unfinished, which is swept out, and never an unfinished one outside it.
    /// </summary>
    private async Task EndAsync(GenerationLog log, IGatewayGrain gateway, GenerationEventKind kind, GenerationStatus status)
    {
        // What has been drawn and stored is not given up because the record's store is away: it waits for as long as it takes.
        var end = status with { Ahead = null, ExpectedAt = null };
        var endedAt = time.GetUtcNow();
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                // That of this attempt: the end's own may be long over by now.
                string bucket = FinishedBucket.Key(Submission.Request.Model, FinishedBucket.StartOf(time.GetUtcNow(), options.Value.Retention), FinishedBucket.ShardOf(Id));
                await Task.WhenAll(GrainFactory.GetGrain<IFinishedIndexGrain>(bucket).AddAsync(Id, endedAt), EnterAsync(end.State));
                await SaveAsync(kept => kept with { End = end, EndedAt = endedAt, Events = log.Marks(kind, status), Drawn = [] });
                break;
            }
            catch (Exception e) when (e is not InconsistentStateException && !_stopping)
            {
                LogNotWritten(e, Id);
                await Task.Delay(options.Value.Wait(attempt + 1), time);
            }
        }
        await TellAsync(() => gateway.ReleaseAsync(Id, kind == GenerationEventKind.Completed, end.Result?.Images.Count ?? 0, endedAt - end.AcceptedAt));
        log.Append(kind, end);
    }

    private async Task HandOverAsync()
    {
        try
        {
            await SaveAsync(kept => kept with { HandedOver = true, Drawn = Drawn.All });
        }
        catch (Exception e)
        {
            LogNotWritten(e, Id);   // the next activation takes this one for lost: it goes on all the same
        }
    }

    /// <summary>One write after the other: two at once would take each other for another activation's.</summary>
    private async Task SaveAsync(Func<GenerationRecord, GenerationRecord> change)
    {
        await _writing.WaitAsync();
        try
        {
            var next = change(Kept);
            record.State = next;
            await record.WriteStateAsync();
            _kept = next;
        }
        catch (InconsistentStateException)
        {
            // Another activation has taken over; this one must not say another word.
            _stopping = true;
            await _cancel.CancelAsync();
            DeactivateOnIdle();
            throw;
        }
        catch
        {
            record.State = Kept;
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ClearAsync()
    {
        await _writing.WaitAsync();
        try
        {
            await record.ClearStateAsync();
            _kept = record.State;
        }
        finally
        {
            _writing.Release();
        }
    }
}
