namespace ClipGen.Cluster.Storage;

/// <summary>
/// Where images and manifests go. A name is written once: the same bytes again are fine, other bytes are an error.
/// An <see cref="ImageStoreException"/> says whether it is worth trying again; any other exception is taken to be.
/// </summary>
public interface IImageStore
{
    /// <summary>Finds out, before any work is done, whether the store can be written to.</summary>
    /// <exception cref="ImageStoreException">It cannot; the message says why.</exception>
    Task EnsureWritableAsync(CancellationToken cancellationToken);

    /// <summary>Stores <paramref name="content"/> whole or not at all, and returns where: a path or a URL.</summary>
    /// <param name="properties">Kept beside it where the store can; null for none.</param>
    /// <exception cref="ImageStoreException">It cannot be written, or the name holds other bytes already.</exception>
    Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, ImageProperties? properties, CancellationToken cancellationToken);

    /// <summary>The bytes under a name, or null if there are none.</summary>
    Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes what is under a name, if there is anything.</summary>
    /// <exception cref="ImageStoreException">It cannot be removed.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Where a name is or would be; a place, which alone gives nobody the right to read it.</summary>
    string LocationOf(string name);

    /// <summary>An address at which whoever has it can read the file for a while; null where the store hands out none, which is the default.</summary>
    Task<Uri?> LinkAsync(string name, CancellationToken cancellationToken) => Task.FromResult<Uri?>(null);
}

public static class ImageStoreWriting
{
    /// <summary>Stores a file of which nothing more is known.</summary>
    /// <inheritdoc cref="IImageStore.WriteAsync"/>
    public static Task<string> WriteAsync(this IImageStore store, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.WriteAsync(name, content, properties: null, cancellationToken);
    }
}
