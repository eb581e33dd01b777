using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

/// <summary>
/// Files in one folder. A file appears whole or not at all (<see cref="WholeFile"/>), and never replaces another. What is known of an
/// image besides its bytes is in its manifest only.
/// </summary>
/// <param name="time">Null: the system's.</param>
public sealed class FileImageStore(IOptions<FileImageStoreOptions> options, TimeProvider? time = null) : IImageStore
{
    private readonly string _root = Path.GetFullPath(options.Value.RootFolder);
    private readonly RecentAnswer _answer = new(time ?? TimeProvider.System);

    public string LocationOf(string name)
    {
        ImageName.Check(name);
        return Path.Combine(_root, name);
    }

    public async Task EnsureWritableAsync(CancellationToken cancellationToken)
    {
        if (_answer.Holds) return;
        try
        {
            Directory.CreateDirectory(_root);
            await WholeFile.TryAsync(_root, cancellationToken);
            _answer.Came();
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            _answer.Failed();
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
            _answer.Came();
            return path;
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            _answer.Failed();
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
