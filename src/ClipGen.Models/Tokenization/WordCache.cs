using System.Collections.Concurrent;

namespace ClipGen.Models.Tokenization;

/// <summary>The ids of words seen before. It starts anew when full and ignores long words, so no traffic makes it grow without end.</summary>
internal sealed class WordCache
{
    private const int MaxWords = 16_384;
    private const int MaxWordLength = 64;

    private volatile ConcurrentDictionary<string, int[]> words = new();
    private int count;

    public int[] GetOrAdd(ReadOnlySpan<char> word, BpeMerger merger)
    {
        if (word.Length > MaxWordLength) return merger.Merge(word);
        var current = words;
        if (current.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known)) return known;

        var ids = merger.Merge(word);
        if (current.TryAdd(word.ToString(), ids) && Interlocked.Increment(ref count) >= MaxWords)
        {
            words = new ConcurrentDictionary<string, int[]>();
            Interlocked.Exchange(ref count, 0);
        }
        return ids;
    }
}
