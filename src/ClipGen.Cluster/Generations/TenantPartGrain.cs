using ClipGen.Cluster.Clustering;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Generations;

/// <inheritdoc cref="ITenantPartGrain"/>
[Reentrant, GatewayRole]
internal sealed class TenantPartGrain : Grain, ITenantPartGrain
{
    /// <summary>How long that one has begun may stay unwritten: a crash before that has it entered again, as it has not ended.</summary>
    private static readonly TimeSpan BegunWithin = TimeSpan.FromSeconds(1);

    private readonly IPersistentState<TenantPart> _state;
    private readonly GroupedWrites _writes;
    private readonly TimeProvider _time;

    /// <summary>What is, or will be with the next write: clearing the state puts another one in its place.</summary>
    private readonly Dictionary<string, ListedGeneration> _entries = new(StringComparer.Ordinal);

    private bool? _listed;
    private Task _listing = Task.CompletedTask;

    public TenantPartGrain([PersistentState("tenantpart", ClusterOptions.GrainStorageName)] IPersistentState<TenantPart> state, TimeProvider time) =>
        (_state, _writes, _time) = (state, new(WriteAsync), time);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in _state.State.Entries) _entries.Add(entry.Id, entry);
        if (_state.RecordExists) _listed = true;
        return Task.CompletedTask;
    }

    public async Task AddAsync(ListedGeneration entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        bool ended = entry.End is not null;
        var known = _entries.GetValueOrDefault(entry.Id);
        if (!ended && known?.End is not null && known.AcceptedAt == entry.AcceptedAt) entry = known;   // its end has overtaken it
        if (known == entry && _listed == true && !_writes.HasFailed)
        {
            await (ended ? _writes.FlushAsync() : _writes.Latest);   // entered before; it may still be on its way
            return;
        }
        _entries[entry.Id] = entry;
        // First that this part is there, then what is in it: an empty one is swept out, what is in an unknown one would stay for ever.
        await ListPartAsync();
        await (ended ? _writes.SaveAsync() : _writes.SaveSoonAsync(BegunWithin, _time));
    }

    public Task<IReadOnlyList<ListedGeneration>> ListAsync() => Task.FromResult<IReadOnlyList<ListedGeneration>>([.. _entries.Values]);

    public async Task RemoveAsync(string id, DateTimeOffset acceptedAt)
    {
        bool there = _entries.TryGetValue(id, out var entry) && entry.AcceptedAt == acceptedAt;
        if (there) _entries.Remove(id);
        await (there || _writes.HasFailed ? _writes.SaveAsync() : _writes.FlushAsync());
        if (_entries.Count == 0) await ListPartAsync();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _writes.FlushAsync().WaitAsync(cancellationToken);

    /// <summary>Has the hour know whether there is something here, one change after the other.</summary>
    private Task ListPartAsync()
    {
        return _listing = AfterAsync(_listing);

        async Task AfterAsync(Task previous)
        {
            await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            bool there = _entries.Count > 0;
            if (there == _listed) return;
            var (tenant, part) = TenantIndex.Parse(this.GetPrimaryKeyString());
            var hour = TenantIndex.Hour(GrainFactory, tenant, TenantIndex.HourOf(part!.Value));
            _listed = null;   // if this fails, nobody knows
            await (there ? hour.AddAsync(part.Value) : hour.RemoveAsync(part.Value));
            _listed = there;
        }
    }

    private Task WriteAsync()
    {
        if (_entries.Count == 0) return _state.RecordExists ? _state.ClearStateAsync() : Task.CompletedTask;
        _state.State = new() { Entries = [.. _entries.Values] };
        return _state.WriteStateAsync();
    }
}

[GenerateSerializer, Alias("clipgen.TenantPart")]
internal sealed class TenantPart
{
    [Id(0)] public IReadOnlyList<ListedGeneration> Entries { get; init; } = [];
}
