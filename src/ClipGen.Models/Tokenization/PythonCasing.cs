using System.Globalization;
using System.Text;

namespace ClipGen.Models.Tokenization;

/// <summary>
/// Python's <c>str.lower</c>. It differs from .NET's in two letters: a capital sigma at the end of a word becomes the final sigma, and
/// U+0130 (I with a dot) becomes i and a combining dot.
/// </summary>
internal static class PythonCasing
{
    private const int CapitalSigma = 0x3a3;
    private const int CapitalIWithDot = 0x130;

    public static string Lower(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            if (rune.Value == CapitalSigma) result.Append(IsFinal(text, at) ? '\u03c2' : '\u03c3');
            else if (rune.Value == CapitalIWithDot) result.Append("i\u0307");
            else Append(Rune.ToLowerInvariant(rune), result);
            at += length;
        }
        return result.ToString();
    }

    private static void Append(Rune rune, StringBuilder result)
    {
        Span<char> units = stackalloc char[2];
        result.Append(units[..rune.EncodeToUtf16(units)]);
    }

    /// <summary>A sigma is final when a cased letter stands before it and none after it, case-ignorable characters not counted.</summary>
    private static bool IsFinal(ReadOnlySpan<char> text, int sigma)
    {
        var before = text[..sigma];
        Rune rune;
        while (true)
        {
            if (before.IsEmpty) return false;
            Rune.DecodeLastFromUtf16(before, out rune, out var length);
            if (!IsCaseIgnorable(rune)) break;
            before = before[..^length];
        }
        if (!IsCased(rune)) return false;

        var after = text[(sigma + 1)..];
        while (!after.IsEmpty)
        {
            Rune.DecodeFromUtf16(after, out rune, out var length);
            if (!IsCaseIgnorable(rune)) return !IsCased(rune);
            after = after[length..];
        }
        return true;
    }

    /// <summary>Unicode's Case_Ignorable: marks, format characters, modifiers, and the punctuation that occurs inside words.</summary>
    private static bool IsCaseIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xb7 or 0x387 or 0x55f or 0x5f4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xfe13 or 0xfe52 or 0xfe55 or 0xff07 or 0xff0e or 0xff1a;

    /// <summary>Unicode's Cased without what is case-ignorable: letters with case, the ordinals ª and º, Roman numerals, letters in circles and squares.</summary>
    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter
            or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xaa or 0xba or (>= 0x2160 and <= 0x217f) or (>= 0x24b6 and <= 0x24e9)
            or (>= 0x1f130 and <= 0x1f149) or (>= 0x1f150 and <= 0x1f169) or (>= 0x1f170 and <= 0x1f189);
}
