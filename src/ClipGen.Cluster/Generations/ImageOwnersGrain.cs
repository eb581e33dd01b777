using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Storage;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// The generations whose images have one name prefix: equal requests, which write the same files. The files go with the last of them, in
/// this grain's turn, so that none of another one that is about to be stored is removed behind its back. Key: the prefix. Or the generations
/// whose prompt has one image; key: its name.
/// </summary>
[Alias("clipgen.IImageOwnersGrain")]
internal interface IImageOwnersGrain : IGrainWithStringKey
{
    /// <summary>Called before a generation's first image is stored, or it is accepted with its prompt's images; returns when it has been written down.</summary>
    [Alias("Claim")]
    Task ClaimAsync(string generationId);

    /// <summary>Called when a generation is forgotten: removes what is under these names (none: its images stay), unless somebody else owns it, too.</summary>
    [Alias("Release")]
    Task ReleaseAsync(string generationId, IReadOnlyList<string> names);
}

/// <inheritdoc cref="IImageOwnersGrain"/>
[GatewayRole]
internal sealed class ImageOwnersGrain([PersistentState("owners", ClusterOptions.GrainStorageName)] IPersistentState<ImageOwners> state, IImageStore store) : Grain, IImageOwnersGrain
{
    public async Task ClaimAsync(string generationId)
    {
        if (!state.State.Generations.Add(generationId)) return;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            state.State.Generations.Remove(generationId);
            throw;
        }
    }

    public async Task ReleaseAsync(string generationId, IReadOnlyList<string> names)
    {
        if (state.State.Generations.Any(id => id != generationId))
        {
            if (state.State.Generations.Remove(generationId)) await state.WriteStateAsync();
            return;
        }
        foreach (string name in names) await store.DeleteAsync(name, default);
        if (state.RecordExists) await state.ClearStateAsync();
    }
}

[GenerateSerializer, Alias("clipgen.ImageOwners")]
internal sealed class ImageOwners
{
    [Id(0)] public HashSet<string> Generations { get; init; } = new(StringComparer.Ordinal);
}
