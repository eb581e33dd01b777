using ClipGen.Cluster.Clustering;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Generations;

/// <inheritdoc cref="IUnfinishedIndexGrain"/>
[Reentrant, GatewayRole]
internal sealed class UnfinishedIndexGrain : Grain, IUnfinishedIndexGrain
{
    public const int Shards = 16;

    /// <summary>How long one that has ended may stay here: what a crash leaves of that is swept out.</summary>
    private static readonly TimeSpan WrittenOffWithin = TimeSpan.FromSeconds(10);

    private readonly IPersistentState<UnfinishedIndex> _state;
    private readonly GroupedWrites _writes;
    private readonly TimeProvider _time;

    public UnfinishedIndexGrain([PersistentState("unfinished", ClusterOptions.GrainStorageName)] IPersistentState<UnfinishedIndex> state, TimeProvider time) =>
        (_state, _writes, _time) = (state, new(state.WriteStateAsync), time);

    public static IUnfinishedIndexGrain Of(IGrainFactory grains, string model, string generationId) =>
        Of(grains, model, (int)(GenerationId.Hash(generationId) % Shards));

    public static IUnfinishedIndexGrain Of(IGrainFactory grains, string model, int shard) =>
        grains.GetGrain<IUnfinishedIndexGrain>($"{model}/{shard}");

    public async Task AddAsync(string id)
    {
        bool added = _state.State.Ids.Add(id);
        try
        {
            // One that is there already may still be on its way; but a write that failed long ago says nothing of it.
            if (added || _writes.HasFailed) await _writes.SaveAsync();
            else await _writes.FlushAsync();
        }
        catch
        {
            if (added) _state.State.Ids.Remove(id);
            throw;
        }
    }

    public Task RemoveAsync(string id)
    {
        if (_state.State.Ids.Remove(id)) _writes.SaveSoonAsync(WrittenOffWithin, _time).Ignore();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListAsync() => Task.FromResult<IReadOnlyList<string>>([.. _state.State.Ids]);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _writes.FlushAsync().WaitAsync(cancellationToken);
}

[GenerateSerializer, Alias("clipgen.UnfinishedIndex")]
internal sealed class UnfinishedIndex
{
    [Id(0)] public HashSet<string> Ids { get; init; } = new(StringComparer.Ordinal);
}
