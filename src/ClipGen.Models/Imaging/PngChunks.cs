using System.Buffers.Binary;

namespace ClipGen.Models.Imaging;

/// <summary>The frame of a PNG file: a signature, then chunks of length (4, big-endian), type (4), data, CRC-32 of type and data (4).</summary>
internal static class PngChunks
{
    private const int Frame = 12;
    private static readonly uint[] CrcTable = MakeCrcTable();

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>The size of the file up to the end of its first chunk, the header.</summary>
    public const int HeaderEnd = 8 + Frame + 13;

    public static byte[] Make(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[data.Length + Frame];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    /// <summary>The data ranges of all chunks of a type, up to IEND.</summary>
    /// <exception cref="InvalidDataException">Not a PNG, cut short, or a chunk does not match its CRC.</exception>
    public static List<Range> Find(ReadOnlySpan<byte> png, ReadOnlySpan<byte> type)
    {
        if (!png.StartsWith(Signature)) throw new InvalidDataException("Not a PNG image: it begins with other bytes than a PNG's.");
        var found = new List<Range>();
        for (var at = Signature.Length; ;)
        {
            var rest = png[at..];
            if (rest.Length < Frame) throw new InvalidDataException($"The PNG image is cut short: no whole chunk at byte {at}.");
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - Frame) throw new InvalidDataException($"The PNG image is cut short: the chunk at byte {at} claims {length} bytes.");
            var typeAndData = rest.Slice(4, (int)length + 4);
            if (BinaryPrimitives.ReadUInt32BigEndian(rest[((int)length + 8)..]) != Crc(typeAndData))
                throw new InvalidDataException($"The PNG image is damaged: the chunk at byte {at} does not match its checksum.");
            if (typeAndData.StartsWith(type)) found.Add((at + 8)..(at + 8 + (int)length));
            if (typeAndData.StartsWith("IEND"u8)) return found;
            at += (int)length + Frame;
        }
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = CrcTable[(byte)crc ^ b] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var c = i;
            for (var bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xedb88320 ^ (c >> 1) : c >> 1;
            table[i] = c;
        }
        return table;
    }
}
