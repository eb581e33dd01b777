using ClipGen.Cluster.Clustering;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// Keeps its list in one write for all changes that came while the last write was under way, so that its size and the store's
/// speed do not limit how many generations start in a second.
/// </summary>
[Reentrant, GatewayRole]
internal sealed class UnfinishedIndexGrain([PersistentState("unfinished", ClusterOptions.GrainStorageName)] IPersistentState<UnfinishedIndex> state) : Grain, IUnfinishedIndexGrain
{
    public const int Shards = 16;

    private Task _writing = Task.CompletedTask;
    private Task? _next;

    public static IUnfinishedIndexGrain Of(IGrainFactory grains, string model, string generationId) =>
        Of(grains, model, (int)(GenerationId.Hash(generationId) % Shards));

    public static IUnfinishedIndexGrain Of(IGrainFactory grains, string model, int shard) =>
        grains.GetGrain<IUnfinishedIndexGrain>($"{model}/{shard}");

    public async Task AddAsync(string id)
    {
        bool added = state.State.Ids.Add(id);
        try
        {
            // One that is there already may still be on its way; but a write that failed long ago says nothing of it.
            if (added || _writing.IsFaulted) await SaveAsync();
            else await (_next ?? _writing);
        }
        catch
        {
            if (added) state.State.Ids.Remove(id);
            throw;
        }
    }

    public Task RemoveAsync(string id)
    {
        if (state.State.Ids.Remove(id)) SaveAsync().Ignore();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListAsync() => Task.FromResult<IReadOnlyList<string>>([.. state.State.Ids]);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        (_next ?? _writing).WaitAsync(cancellationToken);

    /// <summary>A write that begins after now: the one that waits already, or a new one behind the one under way.</summary>
    private Task SaveAsync()
    {
        return _next ??= AfterAsync(_writing);

        async Task AfterAsync(Task previous)
        {
            await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await Task.Yield();
            _writing = _next!;
            _next = null;
            await state.WriteStateAsync();
        }
    }
}

[GenerateSerializer, Alias("clipgen.UnfinishedIndex")]
internal sealed class UnfinishedIndex
{
    [Id(0)] public HashSet<string> Ids { get; init; } = new(StringComparer.Ordinal);
}
