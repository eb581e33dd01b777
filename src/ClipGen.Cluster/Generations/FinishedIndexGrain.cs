using ClipGen.Cluster.Clustering;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Generations;

/// <inheritdoc cref="IFinishedIndexGrain"/>
[Reentrant, GatewayRole]
internal sealed class FinishedIndexGrain : Grain, IFinishedIndexGrain
{
    private readonly IPersistentState<FinishedIndex> _state;
    private readonly GroupedWrites _writes;

    /// <summary>What is, or will be with the next write: clearing the state puts another one in its place.</summary>
    private FinishedIndex _index = new();

    private Task? _listed;

    public FinishedIndexGrain([PersistentState("finished", ClusterOptions.GrainStorageName)] IPersistentState<FinishedIndex> state) => (_state, _writes) = (state, new(WriteAsync));

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _index = _state.State;
        return Task.CompletedTask;
    }

    public async Task AddAsync(string id, DateTimeOffset endedAt)
    {
        // First the bucket, then what is in it: an empty bucket is swept out, what is in an unknown one would stay for ever.
        var (model, start) = FinishedBucket.Parse(this.GetPrimaryKeyString());
        if (_listed is null or { IsFaulted: true }) _listed = GrainFactory.GetGrain<IFinishedBucketsGrain>(model).AddAsync(start);
        await _listed;
        _index.Ids.Add(id);
        if (endedAt > _index.Last) _index.Last = endedAt;
        await _writes.SaveAsync();
    }

    public Task<IReadOnlyList<string>?> ListAsync(DateTimeOffset endedBefore, int most) =>
        Task.FromResult<IReadOnlyList<string>?>(_index.Last > endedBefore ? null : [.. _index.Ids.Take(most)]);

    public async Task RemoveAsync(IReadOnlyList<string> ids)
    {
        _index.Ids.ExceptWith(ids);
        if (_index.Ids.Count == 0) _listed = null;   // its bucket may be swept out next
        await _writes.SaveAsync();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _writes.Latest.WaitAsync(cancellationToken);

    private Task WriteAsync()
    {
        if (_index.Ids.Count == 0) return _state.RecordExists ? _state.ClearStateAsync() : Task.CompletedTask;
        _state.State = _index;
        return _state.WriteStateAsync();
    }
}

[GenerateSerializer, Alias("clipgen.FinishedIndex")]
internal sealed class FinishedIndex
{
    [Id(0)] public HashSet<string> Ids { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The latest end among them.</summary>
    [Id(1)] public DateTimeOffset Last { get; set; }
}

/// <inheritdoc cref="IFinishedBucketsGrain"/>
[Reentrant, GatewayRole]
internal sealed class FinishedBucketsGrain : Grain, IFinishedBucketsGrain
{
    private readonly IPersistentState<FinishedBuckets> _state;
    private readonly GroupedWrites _writes;

    public FinishedBucketsGrain([PersistentState("buckets", ClusterOptions.GrainStorageName)] IPersistentState<FinishedBuckets> state) =>
        (_state, _writes) = (state, new(state.WriteStateAsync));

    public Task AddAsync(long start) => _state.State.Starts.Add(start) || _writes.HasFailed ? _writes.SaveAsync() : _writes.Latest;

    public Task<IReadOnlyList<long>> ListAsync() => Task.FromResult<IReadOnlyList<long>>([.. _state.State.Starts.Order()]);

    public Task RemoveAsync(long start) => _state.State.Starts.Remove(start) ? _writes.SaveAsync() : _writes.Latest;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _writes.Latest.WaitAsync(cancellationToken);
}

[GenerateSerializer, Alias("clipgen.FinishedBuckets")]
internal sealed class FinishedBuckets
{
    [Id(0)] public HashSet<long> Starts { get; init; } = [];
}
