namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    private Task _entered = Task.CompletedTask;

    /// <summary>
    /// Enters it in its tenant's list, while it is already under way: no acceptance waits for that, nor any end. If it fails, the next sweep
    /// of the unfinished tries again, and no end is written down before it is in: that is entered first, and stays where this comes behind it.
    /// </summary>
    private void Enter() => _entered = TryAsync(EnterAsync(end: null));

    /// <summary>Before it is taken from the list or begun again: that it began must not come behind that.</summary>
    private async Task SettleEntryAsync() => await _entered.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private Task EnterAsync(GenerationState? end) => ListOf(Kept).AddAsync(new(Id, Kept.AcceptedAt, Submission.Request.Model, end));

    private void EnterAgain()
    {
        if (_entered.IsFaulted) Enter();
    }

    /// <summary>It has been begun again, and stands in the list with the time of that.</summary>
    private void LeaveOldPlace(GenerationRecord before)
    {
        // Should this be lost, whoever lists it sees that its time is another, and has it written off.
        if (before.Submission is not null) TryAsync(ListOf(before).RemoveAsync(Id, before.AcceptedAt)).Ignore();
    }

    private ITenantPartGrain ListOf(GenerationRecord kept) => TenantIndex.Part(GrainFactory, kept.Submission!.Tenant, kept.AcceptedAt, Id);

    private async Task TryAsync(Task change)
    {
        try
        {
            await change;
        }
        catch (Exception e)
        {
            LogNotListed(e, Id);
            throw;
        }
    }
}
