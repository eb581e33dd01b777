using System.Runtime.InteropServices;

namespace ClipGen.Silo.Grains;

/// <summary>Floats and codes travel as little-endian bytes: several times faster than element by element.</summary>
internal static class Vectors
{
    public static byte[] ToBytes<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    public static float[] ToFloats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    public static int[] ToCodes(byte[] bytes) => MemoryMarshal.Cast<byte, int>(bytes).ToArray();
}
