namespace ClipGen.Cluster.Storage;

/// <summary>Turns what a file system says into one line that says what to do.</summary>
internal static class FileErrors
{
    public static bool IsOne(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException;

    /// <param name="verb">What could not be done to <paramref name="path"/>: write, read, delete.</param>
    /// <param name="root">The folder that was chosen, which the remedy is about.</param>
    public static string Describe(string verb, Exception e, string path, string root)
    {
        string reason = Known(verb, e, root) ?? e.Message.ReplaceLineEndings(" ");
        return $"Cannot {verb} '{path}': {reason}.";
    }

    /// <summary>What nobody can say how to mend may pass by itself: a network's file system that is away, a file that another one holds.</summary>
    public static ImageStoreException Explain(Exception e, string path, string root) =>
        new(Describe("write", e, path, root), e, isTransient: e is IOException && Known("write", e, root) is null);

    private static string? Known(string verb, Exception e, string root)
    {
        bool windows = OperatingSystem.IsWindows();
        int code = e.HResult & 0xFFFF;   // Win32 error there, errno elsewhere
        return code switch
        {
            112 or 39 when windows => "the disk is full; free some space or choose another folder",
            28 when !windows => "the disk is full; free some space or choose another folder",
            122 or 69 when !windows => "the disk quota is used up; free some space or choose another folder",
            30 when !windows => "the file system is read-only; choose another folder",
            _ when FileInTheWay(root) is { } file => $"'{file}' is a file, not a folder; move it away or choose another folder",
            _ when e is UnauthorizedAccessException => $"this user may not {verb} it; change its permissions or choose another folder",
            _ when e is DirectoryNotFoundException or FileNotFoundException => "its folder cannot be made there; choose another folder",
            _ => null,
        };
    }

    /// <summary>For cleaning up after a failure, which must not hide it.</summary>
    public static void Ignore(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (IsOne(e))
        {
            // The failure that led here is the one to report.
        }
    }

    private static string? FileInTheWay(string folder)
    {
        for (string? path = folder; path is not null; path = Path.GetDirectoryName(path))
        {
            if (File.Exists(path)) return path;
        }
        return null;
    }
}
