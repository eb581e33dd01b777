using System.Buffers.Binary;

namespace ClipGen.Cluster.Prompts;

/// <summary>How large an image claims to be, from its first bytes: enough to refuse it before anything decodes it.</summary>
internal static class ImageHeader
{
    /// <returns>Null when the header is damaged or cut short.</returns>
    public static (int Width, int Height)? ReadSize(ReadOnlySpan<byte> file, ImageFormat format) => format switch
    {
        ImageFormat.Png => Png(file),
        ImageFormat.Jpeg => Jpeg(file),
        ImageFormat.Webp => Webp(file),
        _ => null,
    };

    // PNG (W3C, third edition) §11.2.1: after the signature the IHDR chunk, which begins with width and height.
    private static (int, int)? Png(ReadOnlySpan<byte> file) =>
        file.Length >= 33 && file[12..16].SequenceEqual("IHDR"u8) ? Size(BinaryPrimitives.ReadUInt32BigEndian(file[16..]), BinaryPrimitives.ReadUInt32BigEndian(file[20..])) : null;

    // ITU-T T.81 §B.1.1: segments of marker, length and content; a frame header (SOF0 to SOF15 but for DHT, JPG and DAC) has height and width.
    private static (int, int)? Jpeg(ReadOnlySpan<byte> file)
    {
        for (int at = 2; at + 4 <= file.Length;)
        {
            if (file[at] != 0xff) return null;
            byte marker = file[at + 1];
            if (marker == 0xff)   // fill bytes may go before a marker
            {
                at++;
                continue;
            }
            if (marker is 0x00 or 0xd9 or 0xda or (>= 0xd0 and <= 0xd8)) return null;   // scan, end or nonsense before any frame header
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2) return null;
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
                return length >= 8 && at + 9 <= file.Length ? Size(BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..])) : null;
            at += 2 + length;
        }
        return null;
    }

    // RFC 9649 §2.5 to §2.7: after the RIFF header a chunk VP8X (canvas), VP8L or "VP8 " (a single frame).
    private static (int, int)? Webp(ReadOnlySpan<byte> file)
    {
        if (file.Length < 30) return null;
        var data = file[20..];
        return file[12..16] switch
        {
            [(byte)'V', (byte)'P', (byte)'8', (byte)'X'] => Size(Bits24(data[4..]) + 1, Bits24(data[7..]) + 1),
            [(byte)'V', (byte)'P', (byte)'8', (byte)'L'] when data[0] == 0x2f =>
                Size((BinaryPrimitives.ReadUInt32LittleEndian(data[1..]) & 0x3fff) + 1, ((BinaryPrimitives.ReadUInt32LittleEndian(data[1..]) >> 14) & 0x3fff) + 1),
            [(byte)'V', (byte)'P', (byte)'8', (byte)' '] when data[3..6] is [0x9d, 0x01, 0x2a] =>
                Size(BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3fffu, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3fffu),
            _ => null,
        };
    }

    private static uint Bits24(ReadOnlySpan<byte> bytes) => (uint)(bytes[0] | (bytes[1] << 8) | (bytes[2] << 16));

    private static (int, int)? Size(uint width, uint height) => width is >= 1 and <= int.MaxValue && height is >= 1 and <= int.MaxValue ? ((int)width, (int)height) : null;
}
