using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

/// <summary>
/// Files in one folder. A file appears whole or not at all (<see cref="WholeFile"/>), and never replaces another. What is known of an
/// image besides its bytes is in its manifest only.
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
        try
        {
            Directory.CreateDirectory(_root);
            await WholeFile.TryAsync(_root, cancellationToken);
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Explain(e, _root, _root);
        }
    }

    public async Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, ImageProperties? properties, CancellationToken cancellationToken)
    {
        string path = LocationOf(name);
        try
        {
            Directory.CreateDirectory(_root);
            if (File.Exists(path)) return await CompareAsync(path, content, cancellationToken);
            try
            {
                await WholeFile.WriteAsync(path, content, replace: false, cancellationToken);
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

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        string path = LocationOf(name);
        try
        {
            if (Directory.Exists(_root)) File.Delete(path);
            return Task.CompletedTask;
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
}
