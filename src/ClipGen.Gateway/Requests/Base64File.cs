using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ClipGen.Gateway.Requests;

/// <summary>
/// A file as a JSON string: base64, or a <c>data:</c> URL (RFC 2397) of that. What the URL says of the media type is not asked: the file
/// itself tells. It is decoded where it stands in the body: as a text of its own it would take twice as much again.
/// </summary>
internal static class Base64File
{
    /// <returns>Null when the string is neither.</returns>
    public static byte[]? Decode(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];   // without its quotation marks
        return raw.Contains((byte)'\\') ? Unescape(text) is { } unescaped ? Decode(unescaped) : null : Decode(raw);
    }

    private static byte[]? Decode(ReadOnlySpan<byte> text)
    {
        if (text.Length >= 5 && Ascii.EqualsIgnoreCase(text[..5], "data:"u8))
        {
            int comma = text.IndexOf((byte)',');
            if (comma < 0 || !text[..comma].EndsWith(";base64"u8)) return null;
            text = text[(comma + 1)..];
        }
        byte[] file = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length) - Padding(text)];
        if (Base64.DecodeFromUtf8(text, file, out int read, out int length) != OperationStatus.Done || read != text.Length) return null;
        return length == file.Length ? file : file[..length];
    }

    private static int Padding(ReadOnlySpan<byte> text) => text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0;

    private static byte[]? Unescape(JsonElement text)
    {
        try
        {
            return Encoding.UTF8.GetBytes(text.GetString()!);
        }
        catch (InvalidOperationException)
        {
            return null;   // half a surrogate pair
        }
    }
}
