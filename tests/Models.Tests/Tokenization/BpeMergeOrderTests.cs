using System.Text;
using ClipGen.Models.Tokenization;

namespace ClipGen.Models.Tests.Tokenization;

/// <summary>The merge loop against the plain one of the original, with vocabularies in which several merges make the same symbol.</summary>
public class BpeMergeOrderTests
{
    [Fact]
    public void Merges_in_rounds_from_left_to_right_as_the_original_does()
    {
        var random = new Random(49408);
        for (var round = 0; round < 300; round++)
        {
            var vocabulary = RandomVocabulary(random);
            var tokenizer = new BpeTokenizer(vocabulary);
            for (var i = 0; i < 20; i++)
            {
                var word = new string(random.GetItems("ab".AsSpan(), random.Next(1, 30)));
                var expected = string.Join(' ', Plainly(word, vocabulary.Merges));
                var actual = string.Join(' ', tokenizer.Encode(word).Select(id => vocabulary.Symbols[id]));
                Assert.True(expected == actual, $"{word} with {string.Join(", ", vocabulary.Merges)}: expected {expected}, got {actual}");
            }
        }
    }

    [Fact]
    public void Ends_a_round_before_it_looks_at_what_the_round_made()
    {
        var vocabulary = Read(["a b", "a a", "aa b", "aab a", "a ab"]);
        var symbols = new BpeTokenizer(vocabulary).Encode("aabaabb").Select(id => vocabulary.Symbols[id]);
        Assert.Equal(["aab", "aab", "b</w>"], symbols);   // not aaba ab b, though aab a ranks above a ab
    }

    [Fact]
    public void A_symbol_that_two_merges_make_has_the_later_id()
    {
        var vocabulary = Read(["a b", "b c</w>", "ab c</w>", "a bc</w>"]);
        var tokenizer = new BpeTokenizer(vocabulary);
        Assert.Equal(2, vocabulary.Symbols.Count(s => s == "abc</w>"));
        Assert.Equal([vocabulary.Symbols.ToList().LastIndexOf("abc</w>")], tokenizer.Encode("abc"));
    }

    private static BpeVocabulary RandomVocabulary(Random random)
    {
        var inside = new List<string> { "a", "b" };
        var atEnd = new List<string> { "a</w>", "b</w>" };
        var merges = new HashSet<string>();
        for (var i = 0; i < 30; i++)
        {
            var left = inside[random.Next(inside.Count)];
            var side = random.Next(4) == 0 ? atEnd : inside;
            var right = side[random.Next(side.Count)];
            if (left.Length + right.Length < 12 && merges.Add($"{left} {right}")) side.Add(left + right);
        }
        return Read(merges);
    }

    private static BpeVocabulary Read(IEnumerable<string> merges) =>
        BpeVocabulary.Load(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(merges.Prepend("#version: test").Select(m => m + "\n")))));

    /// <summary>The original's loop: the lowest pair present, everywhere, until no pair is known.</summary>
    private static List<string> Plainly(string word, IReadOnlyList<BpeMerge> merges)
    {
        var symbols = word.Select(c => c.ToString()).ToList();
        symbols[^1] += "</w>";
        while (merges.Select(m => (BpeMerge?)m).FirstOrDefault(m => Present(m!.Value)) is { } best)
        {
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] != best.Left || symbols[i + 1] != best.Right) continue;
                symbols[i] = best.Product;
                symbols.RemoveAt(i + 1);
            }
        }
        return symbols;

        bool Present(BpeMerge m) => Enumerable.Range(0, symbols.Count - 1).Any(i => symbols[i] == m.Left && symbols[i + 1] == m.Right);
    }
}
