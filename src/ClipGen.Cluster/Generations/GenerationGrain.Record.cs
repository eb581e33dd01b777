using Orleans.Storage;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    /// <summary>The activation stops although the generation has not ended: another one goes on.</summary>
    private bool _stopping;

    /// <summary>Accepted is written: only after that does anything begin.</summary>
    private async Task AcceptAsync(Submission submission, ModelDescription model)
    {
        await SaveAsync(new()
        {
            Submission = submission,
            Model = model,
            AcceptedAt = time.GetUtcNow(),
            AmongDevices = role.HasDevices,
            Epoch = record.State.Submission is null ? 0 : record.State.Epoch + 1,
        });
        Begin();
    }

    /// <summary>Goes on after another activation, which was lost or has handed it over.</summary>
    private async Task TakeUpAsync()
    {
        var last = record.State;
        // A lost process counts only if it drew: a gateway's end says nothing about the request.
        int crashes = last.Crashes + (last.AmongDevices && !last.HandedOver ? 1 : 0);
        await SaveAsync(last with { Epoch = last.Epoch + 1, Crashes = crashes, AmongDevices = role.HasDevices, HandedOver = false });
        Begin();
    }

    private void Begin()
    {
        _log = new(Id, record.State);
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        _run = RunAsync(_log, _cancel.Token);
    }

    private async Task<GenerationStatus> EndAsync(GenerationLog log, GenerationEventKind kind, GenerationStatus status)
    {
        // What has been drawn and stored is not given up because the record's store is away: it waits for as long as it takes.
        var end = record.State with { End = status with { Ahead = null, ExpectedAt = null }, EndedAt = time.GetUtcNow(), Events = log.Marks(kind, status) };
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await SaveAsync(end);
                return end.End;
            }
            catch (Exception e) when (e is not InconsistentStateException && !_stopping)
            {
                LogNotWritten(e, Id);
                await Task.Delay(options.Value.Wait(attempt + 1), time);
            }
        }
    }

    private async Task HandOverAsync()
    {
        try
        {
            await SaveAsync(record.State with { HandedOver = true });
        }
        catch (Exception e)
        {
            LogNotWritten(e, Id);   // the next activation takes this one for lost: it goes on all the same
        }
    }

    private async Task SaveAsync(GenerationRecord next)
    {
        var last = record.State;
        record.State = next;
        try
        {
            await record.WriteStateAsync();
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
            record.State = last;
            throw;
        }
    }
}
