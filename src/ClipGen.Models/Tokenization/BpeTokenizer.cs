using System.Text;

namespace ClipGen.Models.Tokenization;

/// <summary>CLIP's byte-level BPE tokenizer as the original has it. One instance serves any number of threads.</summary>
/// <remarks>The original's special tokens are recognised inside a prompt, too, even when they are written with HTML entities.</remarks>
public sealed class BpeTokenizer
{
    private readonly BpeVocabulary vocabulary;
    private readonly BpeMerger merger;
    private readonly WordCache cache = new();

    /// <summary>Makes a tokenizer for a vocabulary, which it does not change.</summary>
    public BpeTokenizer(BpeVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        this.vocabulary = vocabulary;
        merger = new BpeMerger(vocabulary);
    }

    /// <summary>How many ids there are: the number of rows of a text encoder's embedding.</summary>
    public int VocabularySize => vocabulary.Size;

    /// <summary>The id in front of every prompt.</summary>
    public int StartToken => vocabulary.Size - 2;

    /// <summary>The id after every prompt; it is the highest, and CLIP reads the text's embedding where it first stands.</summary>
    public int EndToken => vocabulary.Size - 1;

    /// <summary>The ids of a text, after <see cref="TextCleaner"/>, without start and end token.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        var clean = TextCleaner.Clean(text);
        var ids = new List<int>();
        foreach (var range in PreTokenizer.Split(clean))
        {
            switch (clean.AsSpan(range))
            {
                case BpeVocabulary.StartOfText: ids.Add(StartToken); break;
                case BpeVocabulary.EndOfText: ids.Add(EndToken); break;
                case var word: ids.AddRange(cache.GetOrAdd(word, merger)); break;
            }
        }
        return ids;
    }

    /// <summary>The text of ids: a space after each word, U+FFFD for bytes that are not UTF-8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, vocabulary.Size, nameof(ids));
            bytes.AddRange(ByteSymbols.ToBytes(vocabulary.Symbols[id]));
        }
        return Encoding.UTF8.GetString([.. bytes]).Replace(ByteSymbols.EndOfWord, " ", StringComparison.Ordinal);
    }

    /// <summary>The start token, the text's tokens and the end token, padded with zeros to <paramref name="contextLength"/>.</summary>
    /// <param name="text">The prompt as its author wrote it.</param>
    /// <param name="contextLength">The text encoder's positions: 77 in CLIP, at least 2.</param>
    /// <param name="referenceQuirks">
    /// What happens to a prompt that is too long. False: it loses words at its end and keeps the end token. True, as in the original: it is
    /// cut without an end token, and then CLIP gives every such prompt the same embedding.
    /// </param>
    public TokenizedPrompt Tokenize(string text, int contextLength, bool referenceQuirks = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 2);
        int[] all = [StartToken, .. Encode(text), EndToken];
        var count = Math.Min(all.Length, contextLength);
        var truncated = all.Length > contextLength;

        var ids = new int[contextLength];
        all.AsSpan(0, count).CopyTo(ids);
        if (truncated && !referenceQuirks) ids[^1] = EndToken;
        return new TokenizedPrompt(ids, count, truncated);
    }
}
