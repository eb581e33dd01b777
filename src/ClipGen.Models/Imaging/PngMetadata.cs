using System.Text;

namespace ClipGen.Models.Imaging;

/// <summary>
/// The texts that a PNG carries: uncompressed iTXt chunks, a Latin-1 keyword and a UTF-8 text each.
/// A text may hold any character but U+0000 and unpaired surrogates, which are written as U+FFFD.
/// </summary>
public static class PngMetadata
{
    private static ReadOnlySpan<byte> TextChunk => "iTXt"u8;

    /// <summary>Keyword and text of every uncompressed iTXt chunk, in the order of the file; other text chunks are passed over.</summary>
    /// <param name="png">A whole PNG file. Its pixels are not decoded.</param>
    /// <exception cref="InvalidDataException">Not a PNG, cut short, a chunk does not match its checksum, or a text chunk is malformed.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(ReadOnlySpan<byte> png)
    {
        var texts = new List<KeyValuePair<string, string>>();
        foreach (var range in PngChunks.Find(png, TextChunk))
        {
            if (Parse(png[range]) is { } text) texts.Add(text);
        }
        return texts;
    }

    internal static byte[] Insert(ReadOnlySpan<byte> png, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        var result = new MemoryStream(png.Length + 256 * metadata.Count);
        result.Write(png[..PngChunks.HeaderEnd]);
        foreach (var (keyword, text) in metadata) result.Write(PngChunks.Make(TextChunk, Data(keyword, text)));
        result.Write(png[PngChunks.HeaderEnd..]);
        return result.ToArray();
    }

    // keyword 0 | compressed? 0 | method 0 | language "" 0 | translated keyword "" 0 | text to the end of the chunk
    private static byte[] Data(string keyword, string text)
    {
        if (!IsKeyword(keyword))
        {
            throw new ArgumentException(
                $"'{keyword}' is not a PNG keyword: 1 to 79 printable Latin-1 characters without leading, trailing or double spaces.", nameof(keyword));
        }
        ArgumentNullException.ThrowIfNull(text);
        return [.. Encoding.Latin1.GetBytes(keyword), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(text.Replace('\0', '\ufffd'))];
    }

    private static bool IsKeyword(string? keyword) =>
        keyword is { Length: >= 1 and <= 79 }
        && keyword[0] != ' ' && keyword[^1] != ' ' && !keyword.Contains("  ", StringComparison.Ordinal)
        && keyword.All(c => c is (>= ' ' and <= '~') or (>= '\u00a1' and <= '\u00ff'));

    /// <summary>Null for a compressed text.</summary>
    private static KeyValuePair<string, string>? Parse(ReadOnlySpan<byte> data)
    {
        var keyword = UpToZero(ref data);
        if (data.Length < 2) throw Malformed();
        var compressed = data[0] != 0;
        data = data[2..];
        UpToZero(ref data);   // language
        UpToZero(ref data);   // translated keyword
        return compressed ? null : new(Encoding.Latin1.GetString(keyword), Encoding.UTF8.GetString(data));
    }

    private static ReadOnlySpan<byte> UpToZero(ref ReadOnlySpan<byte> data)
    {
        var zero = data.IndexOf((byte)0);
        if (zero < 0) throw Malformed();
        var field = data[..zero];
        data = data[(zero + 1)..];
        return field;
    }

    private static InvalidDataException Malformed() => new("A text chunk of the PNG image is malformed: it lacks fields.");
}
