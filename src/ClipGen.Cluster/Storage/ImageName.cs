using System.Text;

namespace ClipGen.Cluster.Storage;

/// <summary>Names in a store are single file names that mean the same on every system; they cannot leave the store.</summary>
internal static class ImageName
{
    private const int MaxBytes = 255;
    private const string Forbidden = "/\\:*?\"<>|";

    /// <exception cref="ImageStoreException">The name could not be a plain file's.</exception>
    public static void Check(string name)
    {
        string? problem =
            string.IsNullOrWhiteSpace(name) ? "is empty"
            : name[0] == '.' ? "begins with a dot"
            : name.Any(c => char.IsControl(c) || Forbidden.Contains(c)) ? $"contains a control character or one of {Forbidden}"
            : Encoding.UTF8.GetByteCount(name) > MaxBytes ? $"is longer than {MaxBytes} bytes"
            : null;
        if (problem is not null) throw new ImageStoreException($"'{OneLine(name)}' cannot be an image's name: it {problem}. Choose another name prefix.");
    }

    private static string OneLine(string name) => new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
}
