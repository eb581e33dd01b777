using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

/// <summary>
/// Files in one folder. A file appears whole or not at all: it is written under a temporary name beside its place, flushed
/// to the disk, then renamed without ever replacing another.
/// </summary>
public sealed class FileImageStore(IOptions<FileImageStoreOptions> options) : IImageStore
{
    private readonly string _root = Path.GetFullPath(options.Value.RootFolder);

    public string LocationOf(string name)
    {
        ImageName.Check(name);
        return Path.Combine(_root, name);
    }

    public async Task EnsureWritableAsync(CancellationToken cancellationToken)
    {
        string probe = TemporaryPath();
        try
        {
            Directory.CreateDirectory(_root);
            await WriteThroughAsync(probe, "?"u8.ToArray(), cancellationToken);
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Explain(e, _root, _root);
        }
        finally
        {
            FileErrors.Ignore(() => File.Delete(probe));
        }
    }

    public async Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string path = LocationOf(name), temporary = TemporaryPath();
        try
        {
            Directory.CreateDirectory(_root);
            if (File.Exists(path)) return await CompareAsync(path, content, cancellationToken);
            await WriteThroughAsync(temporary, content, cancellationToken);
            try
            {
                File.Move(temporary, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))   // another writer was faster
            {
                return await CompareAsync(path, content, cancellationToken);
            }
            return path;
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Explain(e, path, _root);
        }
        finally
        {
            FileErrors.Ignore(() => File.Delete(temporary));
        }
    }

    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        string path = LocationOf(name);
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Explain(e, path, _root);
        }
    }

    private static async Task<string> CompareAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        byte[] there = await File.ReadAllBytesAsync(path, cancellationToken);
        if (content.Span.SequenceEqual(there)) return path;
        throw new ImageStoreException($"'{path}' exists with other content and was left as it is; move it away or choose another folder.");
    }

    private static async Task WriteThroughAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        await file.WriteAsync(content, cancellationToken);
        file.Flush(flushToDisk: true);
    }

    // A dot in front, as no image's name has, and short, as no image's name need be.
    private string TemporaryPath() => Path.Combine(_root, $".clipgen-{Guid.NewGuid():N}.tmp");
}
