using System.Text;

namespace ClipGen.Models.Tokenization;

/// <summary>Turns one word into ids: in each round the pair with the lowest rank is merged wherever it stands, from left to right.</summary>
/// <remarks>A heap of the pairs present keeps a word of n bytes at O(n log n), however long a prompt's author makes it.</remarks>
internal sealed class BpeMerger
{
    private const int None = -1;

    private readonly int[] inside = new int[256];
    private readonly int[] atEnd = new int[256];
    private readonly Dictionary<(int Left, int Right), int> ranks = [];
    private readonly int[] products;

    public BpeMerger(BpeVocabulary vocabulary)
    {
        for (var b = 0; b < 256; b++)
        {
            var symbol = ByteSymbols.Symbol((byte)b);
            inside[b] = vocabulary.IdOf(symbol);
            atEnd[b] = vocabulary.IdOf(symbol + ByteSymbols.EndOfWord);
        }
        products = [.. vocabulary.Merges.Select(m => vocabulary.IdOf(m.Product))];
        for (var rank = 0; rank < products.Length; rank++)
        {
            var merge = vocabulary.Merges[rank];
            ranks[(vocabulary.IdOf(merge.Left), vocabulary.IdOf(merge.Right))] = rank;
        }
    }

    public int[] Merge(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        var symbols = Array.ConvertAll(bytes, b => inside[b]);
        symbols[^1] = atEnd[bytes[^1]];

        var chain = new Chain(symbols);
        var pairs = new PriorityQueue<int, (int Rank, int At)>();
        for (var at = 0; at < symbols.Length; at++) Offer(pairs, chain, at);

        var round = new List<int>();
        while (pairs.TryPeek(out _, out var lowest))
        {
            // The whole round is taken out first: what its merges bring forth is for later rounds, even with a lower rank.
            round.Clear();
            while (pairs.TryPeek(out var at, out var next) && next.Rank == lowest.Rank)
            {
                round.Add(at);
                pairs.Dequeue();
            }
            foreach (var at in round)
            {
                if (RankAt(chain, at) != lowest.Rank) continue;   // a neighbour's merge took one of the two
                chain.Join(at, products[lowest.Rank]);
                Offer(pairs, chain, at);
                Offer(pairs, chain, chain.Previous[at]);
            }
        }
        return [.. symbols.Where(symbol => symbol != None)];
    }

    private void Offer(PriorityQueue<int, (int Rank, int At)> pairs, Chain chain, int at)
    {
        if (RankAt(chain, at) is >= 0 and var rank) pairs.Enqueue(at, (rank, at));
    }

    private int RankAt(Chain chain, int at)
    {
        if (at == None || chain.Symbols[at] == None || chain.Next[at] is None) return None;
        return ranks.GetValueOrDefault((chain.Symbols[at], chain.Symbols[chain.Next[at]]), None);
    }

    /// <summary>The word's symbols as a doubly linked list over their first places; a place whose symbol was joined to its left one is None.</summary>
    private sealed class Chain
    {
        public Chain(int[] symbols)
        {
            Symbols = symbols;
            Previous = [.. Enumerable.Range(None, symbols.Length)];
            Next = [.. Enumerable.Range(1, symbols.Length)];
            Next[^1] = None;
        }

        public int[] Symbols { get; }
        public int[] Previous { get; }
        public int[] Next { get; }

        public void Join(int at, int product)
        {
            var right = Next[at];
            Symbols[at] = product;
            Symbols[right] = None;
            Next[at] = Next[right];
            if (Next[at] != None) Previous[Next[at]] = at;
        }
    }
}
