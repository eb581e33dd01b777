using ClipGen.Cluster.Clustering;

namespace ClipGen.Cluster.Generations;

/// <summary>What devices have had loaded under a name, written down: while none of them is there, the model is known all the same. Key: the model's name.</summary>
[Alias("clipgen.IModelMemoryGrain")]
internal interface IModelMemoryGrain : IGrainWithStringKey
{
    /// <summary>Null for a model that no device has ever had.</summary>
    [Alias("Recall")]
    Task<ModelDescription?> RecallAsync();

    /// <summary>Returns when it has been written down.</summary>
    [Alias("Remember")]
    Task RememberAsync(ModelDescription model);
}

/// <inheritdoc cref="IModelMemoryGrain"/>
[GatewayRole]
internal sealed class ModelMemoryGrain([PersistentState("model", ClusterOptions.GrainStorageName)] IPersistentState<ModelMemory> state) : Grain, IModelMemoryGrain
{
    public Task<ModelDescription?> RecallAsync() => Task.FromResult(state.State.Model);

    public async Task RememberAsync(ModelDescription model)
    {
        if (state.State.Model == model) return;
        var before = state.State;
        state.State = new() { Model = model };
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            state.State = before;
            throw;
        }
    }
}

[GenerateSerializer, Alias("clipgen.ModelMemory")]
internal sealed class ModelMemory
{
    [Id(0)] public ModelDescription? Model { get; init; }
}
