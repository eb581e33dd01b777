using ClipGen.Models.Tokenization;

namespace ClipGen.Models.Tests.Tokenization;

public class ReferenceTokenizerTests
{
    private readonly TokenizerGoldens goldens = TokenizerGoldens.Load();

    [Fact]
    public void Cleans_every_string_as_the_original_does()
    {
        Assert.Equal(217, goldens.Cases.Length);
        AssertAll(c => c.Clean, c => TextCleaner.Clean(c.Text));
    }

    [Fact]
    public void Encodes_every_string_as_the_original_does()
    {
        var tokenizer = OpenAITokenizer();
        AssertAll(c => string.Join(' ', c.Tokens), c => string.Join(' ', tokenizer.Encode(c.Text)));
    }

    [Fact]
    public void Makes_the_originals_ids_with_its_quirks()
    {
        var tokenizer = OpenAITokenizer();
        AssertAll(c => string.Join(' ', c.Ids),
            c => string.Join(' ', tokenizer.Tokenize(c.Text, goldens.ContextLength, referenceQuirks: true).Ids));
    }

    [Fact]
    public void Without_quirks_only_over_long_prompts_differ_and_only_in_their_end_token()
    {
        var tokenizer = OpenAITokenizer();
        AssertAll(c => c.Tokens.Length + 2 > 77 ? string.Join(' ', c.Ids[..76].Append(goldens.End)) : string.Join(' ', c.Ids),
            c => string.Join(' ', tokenizer.Tokenize(c.Text, goldens.ContextLength).Ids));
    }

    [Fact]
    public void Decodes_every_token_list_as_the_original_does()
    {
        var tokenizer = OpenAITokenizer();
        AssertAll(c => c.Decoded, c => tokenizer.Decode(c.Tokens));
    }

    [Fact]
    public void Reads_a_vocabulary_of_the_originals_size()
    {
        var tokenizer = OpenAITokenizer();
        Assert.Equal((goldens.VocabSize, goldens.Start, goldens.End), (tokenizer.VocabularySize, tokenizer.StartToken, tokenizer.EndToken));
    }

    [Fact]
    public void Saves_the_originals_merges_in_a_file_that_reads_back()
    {
        var vocabulary = BpeVocabulary.Load(OpenAIVocabulary());
        var path = Path.GetTempFileName();
        try
        {
            vocabulary.Save(path);
            Assert.Equal(vocabulary.Merges, BpeVocabulary.Load(path).Merges);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static BpeTokenizer OpenAITokenizer() => new(BpeVocabulary.Load(OpenAIVocabulary()));

    /// <summary>OpenAI's file is not ours to commit: it lies beside the checkout.</summary>
    private static string OpenAIVocabulary()
    {
        var path = Path.Combine(Repository.Root, "..", "shared", "reference", "bpe_simple_vocab_16e6.txt.gz");
        Parts.Require(File.Exists(path), "OpenAI's vocabulary file bpe_simple_vocab_16e6.txt.gz");
        return path;
    }

    private void AssertAll(Func<TokenizerGoldens.Case, string> expected, Func<TokenizerGoldens.Case, string> actual)
    {
        var mismatches = goldens.Cases
            .Select(c => (c.Text, Expected: expected(c), Actual: actual(c)))
            .Where(c => c.Expected != c.Actual)
            .Select(c => $"'{Escape(c.Text)}': expected '{Escape(c.Expected)}', got '{Escape(c.Actual)}'")
            .ToList();
        Assert.True(mismatches.Count == 0, string.Join('\n', mismatches));
    }

    private static string Escape(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:x4}"));
}
