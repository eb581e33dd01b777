using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ClipGen.Models.Checkpoints.Pickling;

/// <summary>Reads the arguments of opcodes. Every length is checked against what is left before anything is allocated.</summary>
internal sealed class PickleCursor(byte[] bytes)
{
    private const int LongestLine = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public int Position { get; private set; }
    public int Length => bytes.Length;

    public byte Byte() => Take(1)[0];

    public long Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>The one big-endian number of the format.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A length of 1, 4 or 8 bytes.</summary>
    public ulong Size(int width) => width switch
    {
        1 => Byte(),
        4 => UInt32(),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(Take(8)),
    };

    public byte[] Bytes(int width) => Take(Size(width)).ToArray();

    public string Text(int width)
    {
        var text = Take(Size(width));
        try
        {
            return StrictUtf8.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("the pickle holds text that is not UTF-8");
        }
    }

    /// <summary>A whole number of any size, as <see cref="long"/> where it fits and <see cref="BigInteger"/> otherwise.</summary>
    public object Integer(int width)
    {
        var number = new BigInteger(Take(Size(width)));
        return number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
    }

    /// <summary>Text up to the next line feed.</summary>
    public string Line()
    {
        var rest = bytes.AsSpan(Position);
        var length = rest[..Math.Min(rest.Length, LongestLine)].IndexOf((byte)'\n');
        if (length < 0) throw new InvalidDataException("the pickle names a class without an end of line");
        Position += length + 1;
        return Encoding.Latin1.GetString(rest[..length]);
    }

    public void Skip(ulong count) => Take(count);

    private ReadOnlySpan<byte> Take(ulong count)
    {
        var left = bytes.Length - Position;
        if (count > (ulong)left) throw new InvalidDataException($"the pickle needs {count} bytes at {Position}, but only {left} are left: it is damaged or incomplete");
        var taken = bytes.AsSpan(Position, (int)count);
        Position += (int)count;
        return taken;
    }
}
