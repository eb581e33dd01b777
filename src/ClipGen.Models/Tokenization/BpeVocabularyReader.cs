using System.IO.Compression;
using System.Text;

namespace ClipGen.Models.Tokenization;

/// <summary>Reads merges line by line and refuses whatever could only have come from a damaged or foreign file.</summary>
internal static class BpeVocabularyReader
{
    private const string OpenAIHeader = "bpe_simple_vocab_16e6.txt#version";
    private const int OpenAIMerges = 49152 - 256 - 2;

    public static BpeVocabulary Read(Stream stream, string name)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        bytes.Position = 0;
        var packed = bytes.Length > 1 && bytes.ReadByte() == 0x1f && bytes.ReadByte() == 0x8b;
        bytes.Position = 0;
        using Stream text = packed ? new GZipStream(bytes, CompressionMode.Decompress) : bytes;
        // Bytes that are not UTF-8 turn into U+FFFD, which no symbol contains, so their line is refused below.
        using var reader = new StreamReader(text, Encoding.UTF8);
        return new BpeVocabulary(ReadMerges(reader, name));
    }

    private static List<BpeMerge> ReadMerges(StreamReader reader, string name)
    {
        var line = 1;
        var header = NextLine() ?? "";
        if (!header.Contains("#version", StringComparison.Ordinal)) throw Malformed("a vocabulary begins with a line that contains #version");
        var limit = header.Contains(OpenAIHeader, StringComparison.Ordinal) ? OpenAIMerges : int.MaxValue;

        var merges = new List<BpeMerge>();
        var seen = new HashSet<BpeMerge>();
        var known = ByteSymbols.InOrder.Concat(ByteSymbols.InOrder.Select(s => s + ByteSymbols.EndOfWord)).ToHashSet();
        while (merges.Count < limit)
        {
            line++;
            if (NextLine() is not { } read) break;
            if (read.Split(' ') is not [var left, var right]) throw Malformed("a merge is two symbols with one space between them");
            var merge = new BpeMerge(left, right);
            if (!known.Contains(left)) throw Malformed($"'{left}' is neither a byte nor the product of an earlier merge");
            if (!known.Contains(right)) throw Malformed($"'{right}' is neither a byte nor the product of an earlier merge");
            if (!seen.Add(merge)) throw Malformed($"the merge '{read}' is there twice");
            known.Add(merge.Product);
            merges.Add(merge);
        }
        if (limit != int.MaxValue && merges.Count < limit) throw Malformed($"the file ends after {merges.Count} of {limit} merges");
        return merges;

        string? NextLine()
        {
            try
            {
                return reader.ReadLine();
            }
            catch (InvalidDataException damaged)
            {
                throw Malformed("the compressed data is damaged", damaged);
            }
        }

        InvalidDataException Malformed(string what, Exception? inner = null) => new($"{name}, line {line}: {what}.", inner);
    }
}
