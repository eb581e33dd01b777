using System.Text;

namespace ClipGen.Models.Tokenization;

/// <summary>What the original does to a prompt before it looks for words: entities, white space, lower case, exactly as Python has them.</summary>
public static class TextCleaner
{
    /// <summary>
    /// Resolves HTML character references twice (<c>&amp;amp;lt;</c> becomes <c>&lt;</c>), strips the ends, makes every run of white space
    /// one space and lowers the case. Half of a surrogate pair becomes U+FFFD.
    /// </summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = Strip(HtmlEntities.Unescape(HtmlEntities.Unescape(text)));
        return PythonCasing.Lower(Strip(CollapseWhiteSpace(plain)));
    }

    /// <summary>Python's <c>str.strip</c> also takes the four information separators, which Unicode does not call white space.</summary>
    private static ReadOnlySpan<char> Strip(ReadOnlySpan<char> text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsPythonSpace(text[start])) start++;
        while (end > start && IsPythonSpace(text[end - 1])) end--;
        return text[start..end];
    }

    private static bool IsPythonSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    private static string CollapseWhiteSpace(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder(text.Length);
        var inside = false;
        foreach (var c in text)
        {
            var space = char.IsWhiteSpace(c);
            if (!space) result.Append(c);
            else if (!inside) result.Append(' ');
            inside = space;
        }
        return result.ToString();
    }
}
