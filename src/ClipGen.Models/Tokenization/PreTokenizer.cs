using System.Text;

namespace ClipGen.Models.Tokenization;

/// <summary>
/// Cuts clean text into the words that BPE works on, as this pattern does, ignoring case and with classes per code point:
/// <c>&lt;start_of_text&gt;|&lt;end_of_text&gt;|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>
/// </summary>
internal static class PreTokenizer
{
    private static readonly string[] Literals =
        [BpeVocabulary.StartOfText, BpeVocabulary.EndOfText, "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind { Space, Letter, Number, Other }

    /// <summary>The words' places in the text, in order; white space belongs to none.</summary>
    public static IEnumerable<Range> Split(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var kind = KindAt(text, start, out var length);
            var literal = LiteralAt(text.AsSpan(start));
            var end = start + (literal > 0 ? literal : length);
            if (literal == 0 && kind is Kind.Letter or Kind.Other)
            {
                while (end < text.Length && KindAt(text, end, out length) == kind) end += length;
            }
            if (kind != Kind.Space) yield return start..end;
            start = end;
        }
    }

    private static Kind KindAt(string text, int at, out int length)
    {
        Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out length);
        if (Rune.IsLetter(rune)) return Kind.Letter;
        if (Rune.IsNumber(rune)) return Kind.Number;
        // The combining iota U+0345 shares its case with the letter iota: ignoring case, the pattern's last class excludes it
        // although the letters do not include it, so the original drops it.
        return Rune.IsWhiteSpace(rune) || rune.Value == 0x345 ? Kind.Space : Kind.Other;
    }

    private static int LiteralAt(ReadOnlySpan<char> text)
    {
        if (text[0] is not ('<' or '\'')) return 0;
        foreach (var literal in Literals)
        {
            if (StartsWith(text, literal)) return literal.Length;
        }
        return 0;
    }

    /// <summary>The text is in lower case already; what is left of ignoring case is that the long s (U+017F) equals s.</summary>
    private static bool StartsWith(ReadOnlySpan<char> text, string literal)
    {
        if (text.Length < literal.Length) return false;
        for (var i = 0; i < literal.Length; i++)
        {
            if (text[i] != literal[i] && (text[i] != '\u017f' || literal[i] != 's')) return false;
        }
        return true;
    }
}
