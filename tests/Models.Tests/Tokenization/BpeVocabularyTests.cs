using System.IO.Compression;
using System.Text;
using ClipGen.Models.Tokenization;

namespace ClipGen.Models.Tests.Tokenization;

public class BpeVocabularyTests
{
    [Fact]
    public void Learns_the_most_frequent_pair_first_and_the_smaller_of_two_equals()
    {
        var vocabulary = BpeVocabulary.Train(["ab ab ab", "cd", "ce"], 3);
        Assert.Equal([new("a", "b</w>"), new("c", "d</w>"), new("c", "e</w>")], vocabulary.Merges);
        Assert.Equal(512 + 3 + 2, vocabulary.Size);
    }

    [Fact]
    public void Learns_the_same_from_the_same_texts_in_any_order()
    {
        var texts = SmallVocabulary.Texts;
        Assert.Equal(BpeVocabulary.Train(texts, 200).Merges, BpeVocabulary.Train(texts.Reverse(), 200).Merges);
    }

    [Fact]
    public void Stops_when_every_word_is_one_symbol()
    {
        Assert.Equal(2, BpeVocabulary.Train(["red <start_of_text> red<end_of_text>"], 1000).Merges.Count);
        Assert.Empty(BpeVocabulary.Train([], 10).Merges);
    }

    [Fact]
    public void Encoding_uses_what_was_learnt_from_repeated_letters()
    {
        var tokenizer = new BpeTokenizer(BpeVocabulary.Train(["aaaaaaa aaaa aaa bbabb babab"], 8));
        for (var n = 1; n < 40; n++)
        {
            var word = new string('a', n) + "b" + new string('a', n % 7);
            Assert.Equal(word + " ", tokenizer.Decode(tokenizer.Encode(word)));
        }
    }

    [Fact]
    public void A_saved_vocabulary_reads_back_plain_and_compressed()
    {
        var vocabulary = SmallVocabulary.Shapes();
        var path = Path.GetTempFileName();
        try
        {
            vocabulary.Save(path);
            Assert.Equal(vocabulary.Merges, BpeVocabulary.Load(path).Merges);
            using var packed = Pack(File.ReadAllBytes(path));
            Assert.Equal(vocabulary.Merges, BpeVocabulary.Load(packed).Merges);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("a b\n", 1)]
    [InlineData("#version: 1\na b\na\n", 3)]
    [InlineData("#version: 1\na b c\n", 2)]
    [InlineData("#version: 1\na  b\n", 2)]
    [InlineData("#version: 1\na b\n\nc d\n", 3)]
    [InlineData("#version: 1\na b\nab cd\n", 3)]
    [InlineData("#version: 1\na b\na b\n", 3)]
    [InlineData("#version: 1\na \u96ea\n", 2)]
    [InlineData("\"bpe_simple_vocab_16e6.txt#version: 0.2\na b\n", 3)]
    public void Refuses_a_malformed_file_and_names_the_line(string text, int line)
    {
        var error = Assert.Throws<InvalidDataException>(() => BpeVocabulary.Load(new MemoryStream(Encoding.UTF8.GetBytes(text))));
        Assert.Contains($"line {line}:", error.Message);
    }

    [Fact]
    public void Refuses_bytes_that_are_not_text()
    {
        var error = Assert.Throws<InvalidDataException>(() => BpeVocabulary.Load(new MemoryStream([.. "#version\na "u8, 0xff, 0xfe, (byte)'\n'])));
        Assert.Contains("line 2:", error.Message);
    }

    [Fact]
    public void Refuses_damaged_compressed_data()
    {
        var bytes = Pack(Encoding.UTF8.GetBytes("#version: 1\n" + string.Concat(Enumerable.Range('b', 20).Select(c => $"a {(char)c}\n")))).ToArray();
        bytes[bytes.Length / 2] ^= 0x55;
        Assert.Throws<InvalidDataException>(() => BpeVocabulary.Load(new MemoryStream(bytes)));
    }

    private static MemoryStream Pack(byte[] plain)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)) gzip.Write(plain);
        packed.Position = 0;
        return packed;
    }
}
