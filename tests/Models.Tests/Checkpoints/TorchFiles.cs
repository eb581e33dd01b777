using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>Wraps hand-made pickles in PyTorch's two containers.</summary>
internal static class TorchFiles
{
    public static byte[] Zip(byte[] pickle, params (string Key, byte[] Data)[] storages) => Zip(pickle, CompressionLevel.NoCompression, storages);

    public static byte[] Zip(byte[] pickle, CompressionLevel compression, params (string Key, byte[] Data)[] storages) =>
        Archive(compression, [("made/data.pkl", pickle), .. storages.Select(storage => ($"made/data/{storage.Key}", storage.Data))]);

    public static byte[] Archive(CompressionLevel compression, params (string Name, byte[] Data)[] entries)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach (var (name, data) in entries)
            {
                using var entry = archive.CreateEntry(name, compression).Open();
                entry.Write(data);
            }
        }
        return stream.ToArray();
    }

    public static byte[] Legacy(byte[] pickle, bool littleEndian = true, params (string Key, long Count, byte[] Data)[] storages)
    {
        var file = new MemoryStream();
        file.Write(new PickleBytes().Raw(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).Stop());
        file.Write(new PickleBytes().Number(1001).Stop());
        file.Write(new PickleBytes().Op('}').Text("little_endian").Raw(littleEndian ? (byte)0x88 : (byte)0x89).Op('s').Stop());
        file.Write(pickle);
        var keys = new PickleBytes().Op("](");
        foreach (var (key, _, _) in storages) keys.Text(key);
        file.Write(keys.Op('e').Stop());
        foreach (var (_, count, data) in storages)
        {
            var number = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(number, count);
            file.Write(number);
            file.Write(data);
        }
        return file.ToArray();
    }

    public static byte[] Safetensors(string header, int dataLength) => Safetensors(Encoding.UTF8.GetByteCount(header), header, dataLength);

    public static byte[] Safetensors(long claimedLength, string header, int dataLength)
    {
        var file = new byte[8 + Encoding.UTF8.GetByteCount(header) + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, claimedLength);
        Encoding.UTF8.GetBytes(header, file.AsSpan(8));
        return file;
    }
}
