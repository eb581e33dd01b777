using ClipGen.Cluster.Clustering;

namespace ClipGen.Cluster.Tests.Clustering;

[Alias("clipgen.tests.ICounterGrain")]
public interface ICounterGrain : IGrainWithStringKey
{
    [Alias("Add")]
    Task<int> AddAsync(int amount);

    [Alias("Silo")]
    Task<string> SiloAsync();
}

[Alias("clipgen.tests.IGatewayCounterGrain")]
public interface IGatewayCounterGrain : ICounterGrain;

[GenerateSerializer, Alias("clipgen.tests.Counter")]
public sealed class Counter
{
    [Id(0)] public int Total { get; set; }

    [Id(1)] public Addition? Last { get; set; }
}

[GenerateSerializer, Immutable, Alias("clipgen.tests.Addition")]
public sealed record Addition([property: Id(0)] byte[] Bytes, [property: Id(1)] string Text);

/// <summary>A durable number on any silo.</summary>
[GrainType("counter")]
public class CounterGrain([PersistentState("state", ClusterOptions.GrainStorageName)] IPersistentState<Counter> state, ILocalSiloDetails silo) : Grain, ICounterGrain
{
    public async Task<int> AddAsync(int amount)
    {
        state.State.Total += amount;
        state.State.Last = new([(byte)amount], "added");
        await state.WriteStateAsync();
        return state.State.Total;
    }

    public Task<string> SiloAsync() => Task.FromResult(silo.Name);
}

/// <summary>The same on gateways only.</summary>
[GrainType("gateway-counter"), GatewayRole]
public sealed class GatewayCounterGrain([PersistentState("state", ClusterOptions.GrainStorageName)] IPersistentState<Counter> state, ILocalSiloDetails silo)
    : CounterGrain(state, silo), IGatewayCounterGrain;
