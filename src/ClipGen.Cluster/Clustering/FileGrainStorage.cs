using ClipGen.Cluster.Storage;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace ClipGen.Cluster.Clustering;

/// <summary>
/// Durable state of a silo that is alone: a <see cref="StateFile"/> for each grain and state. Whatever moment the process dies at, there is
/// either the old state or the new one.
/// </summary>
/// <remarks>One process at a time: etags are compared under a lock that other processes do not see.</remarks>
internal sealed class FileGrainStorage(string folder, IGrainStorageSerializer serializer, IActivatorProvider activators) : IGrainStorage
{
    private readonly string _folder = Path.GetFullPath(folder);
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Locked("read", stateName, grainId, path =>
    {
        if (StateFile.Read(path) is not { } file)
        {
            Reset(grainState);
            return;
        }
        grainState.ETag = file.Etag;
        grainState.State = serializer.Deserialize<T>(file.State);
        grainState.RecordExists = true;
    });

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        string etag = Guid.NewGuid().ToString("N");
        var content = serializer.Serialize(grainState.State).ToMemory();
        return Locked("write", stateName, grainId, path =>
        {
            var current = ReadToChange(path, grainId, grainState.ETag);
            if (current is null) Directory.CreateDirectory(_folder);
            StateFile.Write(path, current, etag, content.Span);
            grainState.ETag = etag;
            grainState.RecordExists = true;
        });
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Locked("delete", stateName, grainId, path =>
    {
        if (ReadToChange(path, grainId, grainState.ETag) is not null) File.Delete(path);
        Reset(grainState);
    });

    /// <summary>Runs what waits for the disk as one piece of work, away from the grain's own turns.</summary>
    private async Task Locked(string verb, string stateName, GrainId grainId, Action<string> action)
    {
        string name = StateFileName.Of(stateName, grainId), path = Path.Combine(_folder, name);
        var gate = _locks[(uint)string.GetHashCode(name, StringComparison.Ordinal) % _locks.Length];
        await gate.WaitAsync();
        try
        {
            await Task.Run(() => action(path));
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw new StateStoreException(FileErrors.Describe(verb, e, path, _folder), e);
        }
        finally
        {
            gate.Release();
        }
    }

    private void Reset<T>(IGrainState<T> grainState)
    {
        grainState.State = activators.GetActivator<T>().Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private static StateFile? ReadToChange(string path, GrainId grainId, string? expected)
    {
        var file = StateFile.Read(path);
        if (file?.Etag != expected)
            throw new InconsistentStateException($"The state of {grainId} in '{path}' was changed by another; this change was not made.", file?.Etag ?? "none", expected ?? "none");
        return file;
    }
}
