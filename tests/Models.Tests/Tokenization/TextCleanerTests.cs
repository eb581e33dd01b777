using ClipGen.Models.Tokenization;

namespace ClipGen.Models.Tests.Tokenization;

/// <summary>Corners that the golden strings leave out; the expected values are what Python 3.11 computes.</summary>
public class TextCleanerTests
{
    [Theory]
    [InlineData("&#99999999999999999999;", "\ufffd")]
    [InlineData("&#xFFFFFFFFFFFFFFFFFFFF", "\ufffd")]
    [InlineData("&#x110000;&#xDFFF;", "\ufffd\ufffd")]
    [InlineData("a&#xFDD0;&#xFFFE;&#x10FFFF;&#127;b", "ab")]
    [InlineData("a&#129;b", "a\u0081b")]
    [InlineData("&#00065x", "ax")]
    [InlineData("&#X1f600z", "\U0001f600z")]
    [InlineData("&#xg;", "&#xg;")]
    [InlineData("&&amp;&", "&&&")]
    [InlineData("&CounterClockwiseContourIntegralx;", "&counterclockwisecontourintegralx;")]
    [InlineData("&notinva;&notinvx;", "\u2209\u00acinvx;")]
    [InlineData("&\u00e9;&lt\u00e9;", "&\u00e9;<\u00e9;")]
    public void Resolves_references_as_Python_does(string text, string expected) => Assert.Equal(expected, TextCleaner.Clean(text));

    [Theory]
    [InlineData("A\u0301\u03a3", "a\u0301\u03c2")]
    [InlineData("A'\u03a3'", "a'\u03c2'")]
    [InlineData("A\u03a3'B", "a\u03c3'b")]
    [InlineData("1\u03a3", "1\u03c3")]
    [InlineData("\u2160\u03a3 \u24b6\u03a3 \u00aa\u03a3", "\u2170\u03c2 \u24d0\u03c2 \u00aa\u03c2")]
    [InlineData("\U00010400\u03a3\U0001d165", "\U00010428\u03c2\U0001d165")]
    [InlineData("A\u03a3\u03a3", "a\u03c3\u03c2")]
    public void Writes_the_final_sigma_only_at_the_end_of_a_word(string text, string expected) => Assert.Equal(expected, TextCleaner.Clean(text));

    [Theory]
    [InlineData("\u001c \u001f a \u001d b \u001e", "a \u001d b")]
    [InlineData("\u2003\u0085a\u3000\u2028b\u00a0", "a b")]
    [InlineData("\u200b a", "\u200b a")]
    public void Keeps_separators_inside_and_strips_them_at_the_ends(string text, string expected) => Assert.Equal(expected, TextCleaner.Clean(text));

    [Fact]
    public void Replaces_half_of_a_surrogate_pair() => Assert.Equal("a\ufffdb\ufffd", TextCleaner.Clean("A\ud83dB\ude00"));
}
