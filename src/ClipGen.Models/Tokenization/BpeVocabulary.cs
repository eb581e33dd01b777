using System.Text;

namespace ClipGen.Models.Tokenization;

/// <summary>Two symbols that stand side by side and become one.</summary>
public readonly record struct BpeMerge(string Left, string Right)
{
    /// <summary>The symbol that replaces the pair.</summary>
    public string Product => Left + Right;
}

/// <summary>
/// What a byte-level BPE has learnt: merges in the order of their rank. Ids are the 256 bytes, the 256 bytes that end a word, one for each
/// merge, and last <see cref="StartOfText"/> and <see cref="EndOfText"/>.
/// </summary>
public sealed class BpeVocabulary
{
    /// <summary>The token that opens every prompt, as the original spells it.</summary>
    public const string StartOfText = "<start_of_text>";

    /// <summary>The token that closes a prompt; the last id of the vocabulary.</summary>
    public const string EndOfText = "<end_of_text>";

    private readonly Dictionary<string, int> ids = [];

    internal BpeVocabulary(IReadOnlyList<BpeMerge> merges)
    {
        Merges = merges;
        Symbols = [.. ByteSymbols.InOrder, .. ByteSymbols.InOrder.Select(s => s + ByteSymbols.EndOfWord),
            .. merges.Select(m => m.Product), StartOfText, EndOfText];
        // Two merges can make the same symbol; as in the original, the later id is the one that counts.
        for (var id = 0; id < Symbols.Count; id++) ids[Symbols[id]] = id;
    }

    /// <summary>The merges, the one that applies first in front.</summary>
    public IReadOnlyList<BpeMerge> Merges { get; }

    /// <summary>Every id's symbol, in byte characters; a symbol that ends a word ends in <c>&lt;/w&gt;</c>.</summary>
    public IReadOnlyList<string> Symbols { get; }

    /// <summary>How many ids there are: 514 more than merges.</summary>
    public int Size => Symbols.Count;

    /// <summary>Reads a vocabulary file, plain or gzip: a line that contains <c>#version</c>, then one merge a line.</summary>
    /// <remarks>Of OpenAI's <c>bpe_simple_vocab_16e6.txt.gz</c>, known by its first line, only the first 48,894 merges count, as in CLIP.</remarks>
    /// <exception cref="InvalidDataException">The file is malformed; the message names the line.</exception>
    public static BpeVocabulary Load(string path)
    {
        using var file = File.OpenRead(path);
        return BpeVocabularyReader.Read(file, Path.GetFileName(path));
    }

    /// <inheritdoc cref="Load(string)"/>
    public static BpeVocabulary Load(Stream stream) => BpeVocabularyReader.Read(stream, "vocabulary");

    /// <summary>Learns up to <paramref name="merges"/> merges from texts; the same texts, in any order, give the same vocabulary.</summary>
    /// <remarks>Meant for small corpora: each merge looks at every different word once.</remarks>
    public static BpeVocabulary Train(IEnumerable<string> texts, int merges)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfNegative(merges);
        return new BpeVocabulary(BpeTrainer.Learn(texts, merges));
    }

    /// <summary>Writes the vocabulary as plain text that <see cref="Load(string)"/> reads back.</summary>
    public void Save(string path)
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        writer.WriteLine("#version: ClipGen.Cluster byte-level BPE");
        foreach (var merge in Merges) writer.WriteLine($"{merge.Left} {merge.Right}");
    }

    internal int IdOf(string symbol) => ids[symbol];
}
