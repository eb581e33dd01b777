using System.Text;

namespace ClipGen.Models.Tokenization;

/// <summary>Learns merges: the most frequent pair of neighbours in the corpus becomes one symbol, again and again.</summary>
internal static class BpeTrainer
{
    public static List<BpeMerge> Learn(IEnumerable<string> texts, int merges)
    {
        var words = CountWords(texts).Select(w => (Symbols: SymbolsOf(w.Key), Count: w.Value)).ToList();
        var learnt = new List<BpeMerge>();
        while (learnt.Count < merges && MostFrequent(words) is { } best)
        {
            foreach (var (symbols, _) in words) Apply(best, symbols);
            learnt.Add(best);
        }
        return learnt;
    }

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts)
    {
        var counts = new Dictionary<string, long>();
        foreach (var text in texts)
        {
            var clean = TextCleaner.Clean(text);
            foreach (var range in PreTokenizer.Split(clean))
            {
                var word = clean[range];
                if (word is BpeVocabulary.StartOfText or BpeVocabulary.EndOfText) continue;
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }
        }
        return counts;
    }

    private static List<string> SymbolsOf(string word)
    {
        var symbols = Encoding.UTF8.GetBytes(word).Select(ByteSymbols.Symbol).ToList();
        symbols[^1] += ByteSymbols.EndOfWord;
        return symbols;
    }

    /// <summary>The pair with the highest count, of several the smallest by ordinal comparison; null when every word is one symbol.</summary>
    private static BpeMerge? MostFrequent(List<(List<string> Symbols, long Count)> words)
    {
        var counts = new Dictionary<BpeMerge, long>();
        foreach (var (symbols, count) in words)
        {
            for (var i = 1; i < symbols.Count; i++)
            {
                var pair = new BpeMerge(symbols[i - 1], symbols[i]);
                counts[pair] = counts.GetValueOrDefault(pair) + count;
            }
        }
        return counts.Count == 0 ? null : counts.Aggregate((a, b) => ComesFirst(a, b) ? a : b).Key;
    }

    private static bool ComesFirst(KeyValuePair<BpeMerge, long> a, KeyValuePair<BpeMerge, long> b)
    {
        if (a.Value != b.Value) return a.Value > b.Value;
        var left = string.CompareOrdinal(a.Key.Left, b.Key.Left);
        return left != 0 ? left < 0 : string.CompareOrdinal(a.Key.Right, b.Key.Right) < 0;
    }

    private static void Apply(BpeMerge merge, List<string> symbols)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] != merge.Left || symbols[i + 1] != merge.Right) continue;
            symbols[i] = merge.Product;
            symbols.RemoveAt(i + 1);
        }
    }
}
