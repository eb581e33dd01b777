using System.Globalization;

namespace ClipGen.Models.Tokenization;

/// <summary>
/// One visible character for each byte, as byte-level BPE writes them: printable Latin-1 stands for itself, the other 68 bytes for
/// U+0100 onwards. The order of the ids is printable bytes first, then the others.
/// </summary>
internal static class ByteSymbols
{
    /// <summary>Marks a symbol that ends a word.</summary>
    public const string EndOfWord = "</w>";

    private static readonly byte[] BytesInOrder = [.. Bytes(IsPrintable), .. Bytes(b => !IsPrintable(b))];
    private static readonly char[] CharOfByte = BuildChars();
    private static readonly Dictionary<char, byte> ByteOfChar = BytesInOrder.ToDictionary(b => CharOfByte[b]);

    /// <summary>The 256 byte symbols in the order of their ids.</summary>
    public static IEnumerable<string> InOrder => BytesInOrder.Select(Symbol);

    public static string Symbol(byte value) => CharOfByte[value].ToString(CultureInfo.InvariantCulture);

    /// <summary>The bytes that a symbol's characters stand for; an end-of-word mark gives its own four characters.</summary>
    public static byte[] ToBytes(string symbol) => [.. symbol.Select(c => ByteOfChar[c])];

    private static char[] BuildChars()
    {
        var chars = new char[256];
        var next = '\u0100';
        foreach (var b in BytesInOrder) chars[b] = IsPrintable(b) ? (char)b : next++;
        return chars;
    }

    private static IEnumerable<byte> Bytes(Func<byte, bool> which) => Enumerable.Range(0, 256).Select(b => (byte)b).Where(which);

    private static bool IsPrintable(byte b) => b is (>= 33 and <= 126) or (>= 161 and not 173);
}
