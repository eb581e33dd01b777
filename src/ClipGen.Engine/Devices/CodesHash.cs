using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ClipGen.Engine.Devices;

/// <summary>What identifies a candidate's codes, wherever they were drawn: SHA-256 of the codes as little-endian int32.</summary>
internal static class CodesHash
{
    /// <returns>Lower-case hex.</returns>
    public static string Of(ReadOnlySpan<int> codes)
    {
        byte[] bytes = new byte[codes.Length * sizeof(int)];
        for (int i = 0; i < codes.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), codes[i]);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
