using System.Text;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>A zip file as one of more than 4 GB would be: every size, offset and count is in a 64-bit field.</summary>
internal static class WideZip
{
    public static byte[] Of(params (string Name, byte[] Data)[] entries)
    {
        var file = new MemoryStream();
        using var writer = new BinaryWriter(file, Encoding.UTF8);
        var directory = new MemoryStream();
        using var central = new BinaryWriter(directory, Encoding.UTF8);
        foreach (var (name, data) in entries)
        {
            var offset = file.Position;
            writer.Write(0x04034b50u);
            writer.Write(new byte[22]);
            writer.Write((ushort)name.Length);
            writer.Write((ushort)0);
            writer.Write(Encoding.UTF8.GetBytes(name));
            writer.Write(data);

            central.Write(0x02014b50u);
            central.Write(new byte[16]);
            central.Write(uint.MaxValue);
            central.Write(uint.MaxValue);
            central.Write((ushort)name.Length);
            central.Write((ushort)36);
            central.Write(new byte[10]);
            central.Write(uint.MaxValue);
            central.Write(Encoding.UTF8.GetBytes(name));
            // An extra field of another kind comes first.
            central.Write((ushort)0x5555);
            central.Write((ushort)4);
            central.Write(0);
            central.Write((ushort)1);
            central.Write((ushort)24);
            central.Write((long)data.Length);
            central.Write((long)data.Length);
            central.Write(offset);
        }
        var start = file.Position;
        directory.WriteTo(file);
        var end = file.Position;
        writer.Write(0x06064b50u);
        writer.Write(44L);
        writer.Write(new byte[12]);
        writer.Write((long)entries.Length);
        writer.Write((long)entries.Length);
        writer.Write(directory.Length);
        writer.Write(start);
        writer.Write(0x07064b50u);
        writer.Write(0);
        writer.Write(end);
        writer.Write(1);
        writer.Write(0x06054b50u);
        writer.Write(0);
        writer.Write(ushort.MaxValue);
        writer.Write(ushort.MaxValue);
        writer.Write(uint.MaxValue);
        writer.Write(uint.MaxValue);
        writer.Write((ushort)0);
        return file.ToArray();
    }
}
