using ClipGen.Cluster.Clustering;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace ClipGen.Cluster.Tests.Fakes;

/// <summary>The real storage of a silo that is alone, which refuses and holds what it is told to.</summary>
internal sealed class FaultyStorage : IGrainStorage
{
    private readonly TaskCompletionSource _clearing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FileGrainStorage? _files;
    private int _refusals;

    /// <summary>States of this name are not written; null for none.</summary>
    public string? Refused { get; set; }

    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>States are cleared when this is done.</summary>
    public Task HoldClearing { get; set; } = Task.CompletedTask;

    /// <summary>Done when one is to be cleared.</summary>
    public Task Clearing => _clearing.Task;

    /// <summary>A silo that has it, with its states and images in this folder.</summary>
    public Task<Sut> StartAsync(TemporaryFolder folder, FakeEngine? engine = null) =>
        Sut.CreateSut(services => Add(services, folder["data"]), [engine ?? new FakeEngine()], folder["images"], folder["data"]);

    private void Add(IServiceCollection services, string dataFolder) => services.AddKeyedSingleton<IGrainStorage>(ClusterOptions.GrainStorageName, (provider, _) =>
    {
        _files = new(Path.Combine(dataFolder, "state"), new OrleansGrainStorageSerializer(provider.GetRequiredService<Serializer>()), provider.GetRequiredService<IActivatorProvider>());
        return this;
    });

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => _files!.ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (stateName != Refused) return _files!.WriteStateAsync(stateName, grainId, grainState);
        Interlocked.Increment(ref _refusals);
        throw new StateStoreException("The disk is full.");
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _clearing.TrySetResult();
        await HoldClearing;
        await _files!.ClearStateAsync(stateName, grainId, grainState);
    }
}
