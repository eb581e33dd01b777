using System.Buffers.Binary;
using ClipGen.Models.Imaging;

namespace ClipGen.Models.Tests.Imaging;

/// <summary>Images to test with, and PNG chunks made without the code under test.</summary>
internal static class TestImages
{
    public static RgbImage Reference(string name) => ImageReader.Read(Repository.Reference($"image_{name}.png"));

    /// <summary>Every byte different from its neighbours, the same on every run.</summary>
    public static RgbImage Noise(int width, int height, int seed = 1)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    public static RgbImage Smooth(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
        {
            pixels[3 * i] = (byte)(i % width * 255 / width);
            pixels[3 * i + 1] = (byte)(i / width * 255 / height);
            pixels[3 * i + 2] = 128;
        }
        return new RgbImage(width, height, pixels);
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] typeAndData = [.. type.Select(c => (byte)c), .. data];
        return [.. BigEndian((uint)data.Length), .. typeAndData, .. BigEndian(Crc(typeAndData))];
    }

    /// <summary>The file with a chunk put in after its header.</summary>
    public static byte[] WithChunk(byte[] png, string type, byte[] data) => [.. png[..33], .. Chunk(type, data), .. png[33..]];

    /// <summary>A PNG of any claimed size (8-bit RGB) that holds almost no pixels.</summary>
    public static byte[] PngClaiming(uint width, uint height) =>
    [
        0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10,
        .. Chunk("IHDR", [.. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0]),
        .. Chunk("IDAT", [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]),
        .. Chunk("IEND", []),
    ];

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320 & (0 - (crc & 1)));
        }
        return ~crc;
    }
}
