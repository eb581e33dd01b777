using System.Text;
using ClipGen.Models.Tokenization;

namespace ClipGen.Models.Tests.Tokenization;

public class BpeTokenizerTests
{
    private readonly BpeTokenizer tokenizer = new(SmallVocabulary.Shapes());

    [Fact]
    public void Common_words_are_single_tokens()
    {
        Assert.Equal(8, tokenizer.Encode("a large red circle on a white background").Count);
    }

    [Fact]
    public void Special_tokens_are_recognised_inside_a_prompt_and_through_entities()
    {
        Assert.Equal([tokenizer.EndToken], tokenizer.Encode("&amp;lt;END_of_text&gt;"));
        Assert.Equal([.. tokenizer.Encode("red"), tokenizer.StartToken, .. tokenizer.Encode("circle")], tokenizer.Encode("red<start_of_text>circle"));
    }

    [Fact]
    public void A_long_s_makes_an_ending_but_no_special_token()
    {
        Assert.DoesNotContain(tokenizer.StartToken, tokenizer.Encode("<\u017ftart_of_text>"));
        Assert.Equal("it '\u017f 5 ", tokenizer.Decode(tokenizer.Encode("it'\u017f5")));
    }

    [Fact]
    public void The_combining_iota_belongs_to_no_word()
    {
        Assert.Equal("a b ! ", tokenizer.Decode(tokenizer.Encode("a\u0345b\u0345!\u0345")));
    }

    [Theory]
    [InlineData("it's 2024!", "it 's 2 0 2 4 ! ")]
    [InlineData("we'll .'s 'tis", "we 'll .' s 't is ")]
    [InlineData("\U00020bb7\u91ce \u2160x \u00bdcup", "\U00020bb7\u91ce \u2170 x \u00bd cup ")]
    public void Words_are_cut_as_the_pattern_says(string text, string expected) => Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(text)));

    [Fact]
    public void Decoding_what_was_encoded_gives_the_clean_text_but_for_spaces()
    {
        var random = new Random(20240607);
        for (var round = 0; round < 3000; round++)
        {
            var text = RandomText(random);
            var expected = Squeeze(TextCleaner.Clean(text));
            var actual = Squeeze(tokenizer.Decode(tokenizer.Encode(text)));
            Assert.True(expected == actual, $"Round {round}: {Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}");
        }

        static string Squeeze(string text) => text.Replace(" ", "").Replace("\u0345", "");
    }

    [Fact]
    public void Half_a_character_decodes_to_a_replacement()
    {
        var snow = tokenizer.Encode("\u96ea");
        Assert.Equal(3, snow.Count);
        Assert.Equal("\ufffd", tokenizer.Decode(snow.Take(2)));
    }

    [Fact]
    public void Refuses_to_decode_an_id_it_does_not_have()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([tokenizer.VocabularySize]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([-1]));
    }

    [Fact]
    public void A_prompt_is_framed_and_padded()
    {
        var prompt = tokenizer.Tokenize("red circle", 6);
        Assert.Equal([tokenizer.StartToken, .. tokenizer.Encode("red circle"), tokenizer.EndToken, 0, 0], prompt.Ids);
        Assert.Equal((4, false), (prompt.Count, prompt.Truncated));
    }

    [Fact]
    public void A_prompt_that_just_fits_is_not_truncated()
    {
        Assert.False(tokenizer.Tokenize("red red red", 5).Truncated);
        Assert.True(tokenizer.Tokenize("red red red red", 5).Truncated);
    }

    [Fact]
    public void Over_long_prompts_keep_their_end_token_and_their_difference()
    {
        var red = tokenizer.Tokenize(string.Concat(Enumerable.Repeat("red ", 100)), 77);
        var blue = tokenizer.Tokenize(string.Concat(Enumerable.Repeat("blue ", 100)), 77);
        Assert.Equal((77, true), (red.Count, red.Truncated));
        Assert.Equal((tokenizer.StartToken, tokenizer.EndToken), (red.Ids[0], red.Ids[^1]));
        Assert.NotEqual(red.Ids, blue.Ids);
    }

    [Fact]
    public void With_the_originals_quirks_an_over_long_prompt_has_no_end_token()
    {
        var prompt = tokenizer.Tokenize(string.Concat(Enumerable.Repeat("red ", 100)), 77, referenceQuirks: true);
        Assert.Equal((77, true), (prompt.Count, prompt.Truncated));
        Assert.DoesNotContain(tokenizer.EndToken, prompt.Ids);
    }

    [Fact]
    public void Many_threads_get_the_same_ids_while_the_cache_fills_and_starts_anew()
    {
        var words = Enumerable.Range(0, 25_000).Select(i => "w" + string.Concat(i.ToString().Select(d => (char)('a' + d - '0')))).ToArray();
        Parallel.For(0, 2 * words.Length, i =>
        {
            var word = words[i % words.Length];
            Assert.Equal(word + " ", tokenizer.Decode(tokenizer.Encode(word)));
        });
    }

    [Theory]
    [InlineData("a")]
    [InlineData("circle")]
    [InlineData("!")]
    [InlineData("<&#")]
    public void A_word_of_many_thousand_letters_comes_to_an_end(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 10_000));
        Assert.Equal(text + " ", tokenizer.Decode(tokenizer.Encode(text)));
    }

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(40); left > 0; left--)
        {
            text.Append(random.Next(6) switch
            {
                0 => (char)random.Next(0x10000),   // now and then half of a pair
                1 => (char)random.Next(0x3000),
                2 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
                3 => (object)" '<>&;\u03a3\u0130"[random.Next(8)],
                _ => (char)random.Next(' ', 0x7f),
            });
        }
        return text.ToString();
    }
}
