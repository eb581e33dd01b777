using System.Buffers.Binary;

namespace ClipGen.Silo.Origins;

/// <summary>Codes as a PNG file carries them: unsigned 16-bit little-endian in raster order, in base64. 256 codes are 512 bytes, 684 characters.</summary>
internal static class PackedCodes
{
    /// <summary>Most codes that are taken from a file: a grid of 128 × 128.</summary>
    public const int Most = 128 * 128;

    /// <returns>Null where a code needs more than 16 bits.</returns>
    public static string? Pack(ReadOnlySpan<int> codes)
    {
        byte[] bytes = new byte[codes.Length * sizeof(ushort)];
        for (int i = 0; i < codes.Length; i++)
        {
            if (codes[i] is < 0 or > ushort.MaxValue) return null;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)), (ushort)codes[i]);
        }
        return Convert.ToBase64String(bytes);
    }

    /// <returns>Null where the text is not of this form, or of too many codes.</returns>
    public static int[]? Unpack(string text)
    {
        const int MostCharacters = ((Most * sizeof(ushort)) + 2) / 3 * 4;
        if (text.Length is 0 or > MostCharacters) return null;
        byte[] bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, bytes, out int length) || length % sizeof(ushort) != 0 || length == 0) return null;
        int[] codes = new int[length / sizeof(ushort)];
        for (int i = 0; i < codes.Length; i++) codes[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)));
        return codes;
    }
}
