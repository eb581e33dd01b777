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
    /// <exception cref="ImageStoreException">It cannot be written, or the name holds other bytes already.</exception>
    Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>The bytes under a name, or null if there are none.</summary>
    Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes what is under a name, if there is anything.</summary>
    /// <exception cref="ImageStoreException">It cannot be removed.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Where a name is or would be.</summary>
    string LocationOf(string name);
}
