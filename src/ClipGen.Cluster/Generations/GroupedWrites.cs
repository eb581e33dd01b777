namespace ClipGen.Cluster.Generations;

/// <summary>
/// One write for all changes that came while the last write was under way, so that a state's size and the store's speed do not limit how
/// many changes there are in a second; what is in no hurry waits for what is. Lives in a reentrant grain.
/// </summary>
internal sealed class GroupedWrites(Func<Task> write)
{
    private Task _writing = Task.CompletedTask;
    private Task? _next;

    /// <summary>Done when the write that waits is not to wait for its time any longer.</summary>
    private TaskCompletionSource _hurry = NewSignal();

    /// <summary>
    /// The write that contains every change made so far, unless it has failed. It may be one that waits for its time: see
    /// <see cref="FlushAsync"/>.
    /// </summary>
    public Task Latest => _next ?? _writing;

    /// <summary>Whether the last write that was begun has failed.</summary>
    public bool HasFailed => _writing.IsFaulted;

    /// <summary>A write that begins after now: the one that waits already, or a new one behind the one under way.</summary>
    public Task SaveAsync()
    {
        _hurry.TrySetResult();
        return _next ??= AfterAsync(_writing, Task.CompletedTask);
    }

    /// <summary>As <see cref="SaveAsync"/>, but a new one begins only when somebody is in a hurry, or after this time.</summary>
    /// <param name="within">Does not count where one waits already: that one keeps its own time, be it longer.</param>
    public Task SaveSoonAsync(TimeSpan within, TimeProvider time)
    {
        if (_next is not null) return _next;
        _hurry = NewSignal();
        return _next = AfterAsync(_writing, _hurry.Task.WaitAsync(within, time));
    }

    /// <summary><see cref="Latest"/>, which does not wait for its time any longer.</summary>
    public Task FlushAsync()
    {
        _hurry.TrySetResult();
        return Latest;
    }

    private async Task AfterAsync(Task previous, Task due)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await due.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await Task.Yield();
        _writing = _next!;
        _next = null;
        await write();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
