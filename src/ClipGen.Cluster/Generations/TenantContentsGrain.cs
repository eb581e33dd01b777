using ClipGen.Cluster.Clustering;

namespace ClipGen.Cluster.Generations;

/// <inheritdoc cref="ITenantContentsGrain"/>
/// <remarks>One call at a time, so that coming and going of the same number are written down in the order in which they are told.</remarks>
[GatewayRole]
internal sealed class TenantContentsGrain([PersistentState("tenantcontents", ClusterOptions.GrainStorageName)] IPersistentState<TenantContents> state) : Grain, ITenantContentsGrain
{
    public async Task AddAsync(long number)
    {
        if (state.State.Numbers.Contains(number)) return;
        // First the list that has this one: one that is empty is swept out, what is in an unknown one would stay for ever.
        if (state.State.Numbers.Count == 0) await TellHoursAsync(there: true);
        state.State.Numbers.Add(number);
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            state.State.Numbers.Remove(number);
            throw;
        }
    }

    public Task<IReadOnlyList<long>> ListAsync() => Task.FromResult<IReadOnlyList<long>>([.. state.State.Numbers.OrderDescending()]);

    public async Task RemoveAsync(long number)
    {
        if (state.State.Numbers.Remove(number))
        {
            try
            {
                await (state.State.Numbers.Count > 0 ? state.WriteStateAsync() : state.ClearStateAsync());
            }
            catch
            {
                state.State.Numbers.Add(number);
                throw;
            }
        }
        if (state.State.Numbers.Count == 0) await TellHoursAsync(there: false);
    }

    private Task TellHoursAsync(bool there)
    {
        var (tenant, hour) = TenantIndex.Parse(this.GetPrimaryKeyString());
        if (hour is not { } number) return Task.CompletedTask;
        var hours = TenantIndex.Hours(GrainFactory, tenant);
        return there ? hours.AddAsync(number) : hours.RemoveAsync(number);
    }
}

[GenerateSerializer, Alias("clipgen.TenantContents")]
internal sealed class TenantContents
{
    [Id(0)] public HashSet<long> Numbers { get; init; } = [];
}
