using System.Globalization;
using System.Text;

namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>Draws requests that nobody should send. The same seed draws the same ones.</summary>
internal sealed class Nasty(int seed)
{
    private static readonly string[] Members =
    [
        "prompt", "model", "n", "size", "quality", "response_format", "output_format", "output_compression", "background", "moderation", "style", "stream", "partial_images",
        "user", "seed", "candidates", "top_k", "top_p", "temperature", "priority", "deadline_ms", "on_disconnect", "embed_metadata", "reference_quirks", "image", "mask", "", "__proto__", "\\u0000",
        "prompt\\u0000", "\\ud83d", "$ref",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "1", "-1", "2", "1.5", "-0", "1e400", "-1e400", "1e-400", "9007199254740993", "99999999999999999999999999", "2147483648", "-2147483649", "18446744073709551615",
        "18446744073709551616", "0.1", "[]", "{}", "[1]", "[null]", "{\"a\":{\"b\":[]}}", "\"\"", "\" \"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"auto\"",
        "\"url\"", "\"png\"", "\"b64_json\"", "\"32x32\"", "\"0x0\"", "\"99999999999x1\"", "\"-1x-1\"", "\"fake\"", "\"../../etc/passwd\"", "\"cancel\"", "\"batch\"", "\"\\r\\nX: y\"", "\"é\u202e日本\"",
        // No JSON at all.
        "NaN", "Infinity", "-Infinity", "undefined", "'x'", "01", "+1", ".5", "1.", "0x10", "tru", "\"\\x\"", "\"\\u12\"", "\"unterminated", "/* */1", "1,", "\t", "",
    ];

    private readonly Random _random = new(seed);

    public int Next(int limit) => _random.Next(limit);

    public T One<T>(params T[] of) => of[_random.Next(of.Length)];

    /// <summary>A body, mostly an object, that may be valid by accident.</summary>
    public byte[] Body() => _random.Next(10) switch
    {
        0 => Bytes(_random.Next(200)),
        1 => Encoding.UTF8.GetBytes(One(new string('[', 5000), string.Concat(Enumerable.Repeat("{\"prompt\":", 3000)), new string('"', 1001), new string(' ', 2000), "[[]]", "\"prompt\"", "\0", "{}{}")),
        2 => Encoding.UTF8.GetBytes($"{{\"prompt\":\"{new string(One('x', '\u00e9', '\u65e5'), One(9_999, 10_000, 10_001, 200_000))}\"}}"),
        3 => One<Encoding>(Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1).GetBytes("{\"prompt\":\"é\"}"),
        4 => [.. "{\"prompt\":\""u8, .. Bytes(1 + _random.Next(20)), .. "\"}"u8],
        5 or 6 => Damaged(Encoding.UTF8.GetBytes(Object())),
        _ => Encoding.UTF8.GetBytes(Object()),
    };

    /// <summary>Something that is sent as a header's value.</summary>
    public string Header() => One("", " ", "0", "-1", "2147483647", "2147483648", "1e3", "x", "é", "\u65e5", new string('k', 255), new string('k', 256), new string('9', 4000), "null", "\"quoted\"", "a,b", "%00", "\u007f");

    /// <summary>A last part of a path, escaped or not.</summary>
    public string PathPart() => One(
        "", "x", new string('0', 32), new string('0', 31), new string('g', 32), new string('a', 3000), "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%00", "%0d%0aX:%20y", "%ff%fe", "%u0041", "%", "%zz", "a%20b", "?", "?a=b", "#f",
        "\u65e5", "%F0%9F%98%80", "null", "0x10", "1/2", "//", ";a=b", "*", "-1");

    private string Object()
    {
        var text = new StringBuilder("{");
        if (_random.Next(4) > 0) text.Append("\"prompt\":\"a red circle\",\"candidates\":1");
        for (int i = _random.Next(4); i > 0; i--)
        {
            if (text.Length > 1) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"\"{One(Members)}\":{One(Values)}");
        }
        return text.Append('}').ToString();
    }

    private byte[] Damaged(byte[] bytes)
    {
        var list = bytes.ToList();
        for (int i = 1 + _random.Next(3); i > 0 && list.Count > 0; i--)
        {
            int at = _random.Next(list.Count);
            switch (_random.Next(4))
            {
                case 0: list.RemoveRange(at, list.Count - at); break;
                case 1: list[at] = (byte)_random.Next(256); break;
                case 2: list.Insert(at, (byte)One('{', '}', '[', ']', '"', ',', ':', '\\', '\0')); break;
                default: list.RemoveAt(at); break;
            }
        }
        return [.. list];
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
