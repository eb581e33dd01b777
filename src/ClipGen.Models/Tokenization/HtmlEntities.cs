using System.Text;
using System.Text.Json;

namespace ClipGen.Models.Tokenization;

/// <summary>Python's <c>html.unescape</c>: HTML5's names, also without their semicolon where HTML5 allows it, and its rules for bad numbers.</summary>
internal static class HtmlEntities
{
    private const int LongestName = 32;   // CounterClockwiseContourIntegral;
    private const int BeyondUnicode = 0x110000;

    /// <summary>What browsers take the code points 128 to 159 for.</summary>
    private const string Windows1252 =
        "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f"
        + "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

    private static readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Names =
        LoadNames().GetAlternateLookup<ReadOnlySpan<char>>();

    public static string Unescape(string text)
    {
        var at = text.IndexOf('&', StringComparison.Ordinal);
        if (at < 0) return text;

        var result = new StringBuilder(text.Length);
        var from = 0;
        for (; at >= 0; at = text.IndexOf('&', from))
        {
            result.Append(text, from, at - from);
            var reference = text.AsSpan(at + 1);
            var length = reference.StartsWith('#') ? AppendNumber(reference[1..], result) : AppendNamed(reference, result);
            if (length == 0) result.Append('&');
            from = at + 1 + length;
        }
        return result.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Appends what the longest known name at the start stands for, and says how long that name is; 0 when there is none.</summary>
    private static int AppendNamed(ReadOnlySpan<char> reference, StringBuilder result)
    {
        var length = 0;
        while (length < Math.Min(reference.Length, LongestName) && char.IsAsciiLetterOrDigit(reference[length])) length++;
        if (length < Math.Min(reference.Length, LongestName) && reference[length] == ';') length++;

        for (; length > 1; length--)
        {
            if (!Names.TryGetValue(reference[..length], out var value)) continue;
            result.Append(value);
            return length;
        }
        return 0;
    }

    /// <summary>Appends the character of <c>65;</c> or <c>x41;</c> (after the #) and says how much of the reference was read; 0 when there is no digit.</summary>
    private static int AppendNumber(ReadOnlySpan<char> digits, StringBuilder result)
    {
        var hex = digits.StartsWith("x", StringComparison.OrdinalIgnoreCase);
        var first = hex ? 1 : 0;
        var at = first;
        var number = 0;
        for (; at < digits.Length && (hex ? char.IsAsciiHexDigit(digits[at]) : char.IsAsciiDigit(digits[at])); at++)
            number = Math.Min(number * (hex ? 16 : 10) + HexValue(digits[at]), BeyondUnicode);
        if (at == first) return 0;

        AppendCodePoint(number, result);
        if (at < digits.Length && digits[at] == ';') at++;
        return 1 + at;
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static void AppendCodePoint(int number, StringBuilder result)
    {
        if (number is >= 128 and < 160) result.Append(Windows1252[number - 128]);
        else if (number == 0 || !Rune.IsValid(number)) result.Append('\ufffd');
        else if (!IsDropped(number)) result.Append(new Rune(number).ToString());
    }

    /// <summary>Control characters other than tab, line feed, form feed and return, and Unicode's noncharacters, stand for nothing.</summary>
    private static bool IsDropped(int number) =>
        number is (>= 1 and <= 8) or 0xb or (>= 0xe and <= 0x1f) or 0x7f or (>= 0xfdd0 and <= 0xfdef) || (number & 0xfffe) == 0xfffe;

    private static Dictionary<string, string> LoadNames()
    {
        using var table = typeof(HtmlEntities).Assembly.GetManifestResourceStream("html5_entities.json")
            ?? throw new InvalidOperationException("The table of HTML entities is not embedded in this assembly.");
        return JsonSerializer.Deserialize<Dictionary<string, string>>(table)!;
    }
}
