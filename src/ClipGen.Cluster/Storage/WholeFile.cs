namespace ClipGen.Cluster.Storage;

/// <summary>A file that appears whole or not at all: written under a temporary name beside its place, flushed to the disk, then renamed.</summary>
internal static class WholeFile
{
    /// <param name="replace">Whether a file of that name may be there; an <see cref="IOException"/> if it is and may not.</param>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool replace, CancellationToken cancellationToken)
    {
        string temporary = TemporaryPath(Path.GetDirectoryName(path)!);
        try
        {
            await WriteThroughAsync(temporary, content, cancellationToken);
            File.Move(temporary, path, overwrite: replace);
        }
        finally
        {
            FileErrors.Ignore(() => File.Delete(temporary));
        }
    }

    /// <summary>Writes a file and deletes it again.</summary>
    public static async Task TryAsync(string folder, CancellationToken cancellationToken)
    {
        string probe = TemporaryPath(folder);
        try
        {
            await WriteThroughAsync(probe, "?"u8.ToArray(), cancellationToken);
        }
        finally
        {
            FileErrors.Ignore(() => File.Delete(probe));
        }
    }

    private static async Task WriteThroughAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        await file.WriteAsync(content, cancellationToken);
        file.Flush(flushToDisk: true);
    }

    // A dot in front, as no image's or state's name has, and short, as no name need be.
    private static string TemporaryPath(string folder) => Path.Combine(folder, $".clipgen-{Guid.NewGuid():N}.tmp");
}
