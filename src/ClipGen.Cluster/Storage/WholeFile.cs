namespace ClipGen.Cluster.Storage;

/// <summary>
/// A file that appears whole or not at all: written under a temporary name beside its place, flushed to the disk, then renamed. All of it is one piece
/// of work for one thread of the pool: it waits for the disk anyway, and asynchronous calls would wake another thread for each.
/// </summary>
internal static class WholeFile
{
    /// <param name="replace">Whether a file of that name may be there; an <see cref="IOException"/> if it is and may not.</param>
    public static Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool replace, CancellationToken cancellationToken) =>
        Task.Run(() => Write(path, content.Span, replace), cancellationToken);

    /// <inheritdoc cref="WriteAsync"/>
    public static void Write(string path, ReadOnlySpan<byte> content, bool replace)
    {
        string temporary = TemporaryPath(Path.GetDirectoryName(path)!);
        try
        {
            WriteThrough(temporary, content);
            File.Move(temporary, path, overwrite: replace);
        }
        catch
        {
            FileErrors.Ignore(() => File.Delete(temporary));
            throw;
        }
    }

    /// <summary>Writes a file and deletes it again.</summary>
    public static Task TryAsync(string folder, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            string probe = TemporaryPath(folder);
            try
            {
                WriteThrough(probe, "?"u8);
            }
            finally
            {
                FileErrors.Ignore(() => File.Delete(probe));
            }
        },
        cancellationToken);

    private static void WriteThrough(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    // A dot in front, as no image's or state's name has, and short, as no name need be.
    private static string TemporaryPath(string folder) => Path.Combine(folder, $".clipgen-{Guid.NewGuid():N}.tmp");
}
