using System.Text;
using ClipGen.Cluster.Storage;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace ClipGen.Cluster.Clustering;

/// <summary>
/// Durable state of a silo that is alone: a file for each grain and state. A file changes whole or not at all, so whatever moment the
/// process dies at, there is either the old state or the new one. It begins with a line that holds the etag; the state follows.
/// </summary>
/// <remarks>One process at a time: etags are compared under a lock that other processes do not see.</remarks>
internal sealed class FileGrainStorage(string folder, IGrainStorageSerializer serializer, IActivatorProvider activators) : IGrainStorage
{
    private const string Magic = "clipgen-state 1 ";
    private const int HeaderLength = 16 + 32 + 1;   // magic, etag, end of line
    private const FileAttributes NoFile = (FileAttributes)(-1);

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Locked("read", stateName, grainId, path =>
    {
        byte[]? file = Existing(path, File.ReadAllBytes);
        if (file is null)
        {
            Reset(grainState);
            return;
        }
        grainState.ETag = Etag(file, path);
        grainState.State = serializer.Deserialize<T>(file.AsMemory(HeaderLength));
        grainState.RecordExists = true;
    });

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        string etag = Guid.NewGuid().ToString("N");
        byte[] content = [.. Encoding.ASCII.GetBytes($"{Magic}{etag}\n"), .. serializer.Serialize(grainState.State).ToMemory().Span];
        return Locked("write", stateName, grainId, path =>
        {
            Directory.CreateDirectory(_folder);
            CompareEtag(path, grainId, grainState.ETag);
            WholeFile.Write(path, content, replace: true);
            grainState.ETag = etag;
            grainState.RecordExists = true;
        });
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Locked("delete", stateName, grainId, path =>
    {
        CompareEtag(path, grainId, grainState.ETag);
        if (grainState.ETag is not null) File.Delete(path);
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

    private static void CompareEtag(string path, GrainId grainId, string? expected)
    {
        string? stored = Existing(path, ReadHeader) is { } header ? Etag(header, path) : null;
        if (stored != expected)
            throw new InconsistentStateException($"The state of {grainId} in '{path}' was changed by another; this change was not made.", stored ?? "none", expected ?? "none");
    }

    private static byte[] ReadHeader(string path)
    {
        using var file = File.OpenHandle(path);
        var header = new byte[HeaderLength];
        return header[..RandomAccess.Read(file, header, fileOffset: 0)];
    }

    private static byte[]? Existing(string path, Func<string, byte[]> read)
    {
        // A state's first read and write are as usual as any, and asking is cheaper than an exception. File.Exists would not do: it takes
        // what cannot be asked, as on a disk that fails, for what is not there.
        if (new FileInfo(path).Attributes == NoFile) return null;
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string Etag(byte[] file, string path)
    {
        if (file.Length < HeaderLength || !file.AsSpan().StartsWith("clipgen-state 1 "u8) || file[HeaderLength - 1] != '\n')
            throw new StateStoreException($"'{path}' is damaged or not a grain's state; bring back a copy of it, or move it away to begin anew.");
        return Encoding.ASCII.GetString(file, Magic.Length, HeaderLength - Magic.Length - 1);
    }
}
