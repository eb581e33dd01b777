namespace ClipGen.Cluster.Generations;

/// <summary>
/// One write for all changes that came while the last write was under way, so that a state's size and the store's speed do not limit how
/// many changes there are in a second. Lives in a reentrant grain.
/// </summary>
internal sealed class GroupedWrites(Func<Task> write)
{
    private Task _writing = Task.CompletedTask;
    private Task? _next;

    /// <summary>The write that contains every change made so far, unless it has failed.</summary>
    public Task Latest => _next ?? _writing;

    /// <summary>Whether the last write that was begun has failed.</summary>
    public bool HasFailed => _writing.IsFaulted;

    /// <summary>A write that begins after now: the one that waits already, or a new one behind the one under way.</summary>
    public Task SaveAsync()
    {
        return _next ??= AfterAsync(_writing);

        async Task AfterAsync(Task previous)
        {
            await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await Task.Yield();
            _writing = _next!;
            _next = null;
            await write();
        }
    }
}
