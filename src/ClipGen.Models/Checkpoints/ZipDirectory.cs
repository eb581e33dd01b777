using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ClipGen.Models.Checkpoints;

/// <summary>One entry of a zip file.</summary>
internal sealed record ZipEntry(string Name, bool Deflated, long StoredLength, long Length, long HeaderOffset);

/// <summary>
/// The directory of a zip file. Unlike the framework's reader it tells where an entry's bytes lie, so that tensors can be mapped in place.
/// Stored and deflated entries, with and without Zip64.
/// </summary>
internal sealed class ZipDirectory
{
    private const uint EntrySignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const int LocalHeaderLength = 30;
    private const int EntryLength = 46;

    private readonly CheckpointFile file;
    private readonly Budget inflated;
    private readonly Dictionary<string, ZipEntry> entries = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The directory is damaged.</exception>
    public ZipDirectory(CheckpointFile file)
    {
        this.file = file;
        inflated = new Budget("the decompressed size of the archive", (16 * file.Length) + (1 << 24));
        var end = ZipEnd.Find(file);
        var directory = file.Read(end.DirectoryOffset, end.DirectoryLength);
        var rest = directory.AsSpan();
        while (rest.Length > 0)
        {
            var entry = ReadEntry(ref rest);
            if (!entries.TryAdd(entry.Name, entry)) throw new InvalidDataException($"the zip archive holds '{entry.Name}' twice");
        }
        if (entries.Count != end.EntryCount) throw new InvalidDataException($"the zip archive lists {entries.Count} entries instead of {end.EntryCount}: it is damaged");
    }

    public IReadOnlyDictionary<string, ZipEntry> Entries => entries;

    /// <summary>Where the entry's stored bytes begin; they end inside the file.</summary>
    public long DataOffset(ZipEntry entry)
    {
        var header = file.Read(entry.HeaderOffset, LocalHeaderLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature) throw new InvalidDataException($"entry '{entry.Name}' has no header where the archive's directory says");
        var offset = entry.HeaderOffset + LocalHeaderLength + UInt16(header, 26) + UInt16(header, 28);
        if (offset > file.Length || entry.StoredLength > file.Length - offset) throw new InvalidDataException($"entry '{entry.Name}' reaches past the end of the file: it is incomplete");
        return offset;
    }

    /// <summary>The whole content of an entry. Decompression stops at the size that the directory promises.</summary>
    public byte[] Read(ZipEntry entry)
    {
        var stored = file.Read(DataOffset(entry), entry.StoredLength);
        if (!entry.Deflated) return stored;
        inflated.Take(entry.Length);
        if (entry.Length > Array.MaxLength) throw new InvalidDataException($"entry '{entry.Name}' is too large to decompress; torch.save does not compress");
        var content = new byte[entry.Length];
        using var stream = new DeflateStream(new MemoryStream(stored), CompressionMode.Decompress);
        if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length || stream.ReadByte() >= 0)
            throw new InvalidDataException($"entry '{entry.Name}' does not decompress to the {entry.Length} bytes that the archive's directory says");
        return content;
    }

    private ZipEntry ReadEntry(ref Span<byte> rest)
    {
        if (rest.Length < EntryLength || BinaryPrimitives.ReadUInt32LittleEndian(rest) != EntrySignature) throw new InvalidDataException("the zip archive's directory is damaged");
        var (nameLength, extraLength) = (UInt16(rest, 28), UInt16(rest, 30));
        var length = EntryLength + nameLength + extraLength + UInt16(rest, 32);
        if (length > rest.Length) throw new InvalidDataException("the zip archive's directory is damaged");
        var name = Encoding.UTF8.GetString(rest.Slice(EntryLength, nameLength));
        if ((UInt16(rest, 8) & 1) != 0) throw new InvalidDataException($"entry '{name}' of the zip archive is encrypted");
        var method = UInt16(rest, 10);
        if (method is not (0 or 8)) throw new InvalidDataException($"entry '{name}' of the zip archive is compressed by method {method}; only stored (0) and deflated (8) are read");

        var extra = Zip64Extra(rest.Slice(EntryLength + nameLength, extraLength));
        // Zip64 replaces the saturated fields, in this order.
        var size = Field(UInt32(rest, 24), ref extra, name);
        var storedSize = Field(UInt32(rest, 20), ref extra, name);
        var headerOffset = Field(UInt32(rest, 42), ref extra, name);
        if (method == 0 && size != storedSize) throw new InvalidDataException($"entry '{name}' of the zip archive is stored in {storedSize} bytes but {size} long");
        rest = rest[length..];
        return new ZipEntry(name, method == 8, storedSize, size, headerOffset);
    }

    private static ReadOnlySpan<byte> Zip64Extra(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = Math.Min(UInt16(extra, 2), extra.Length - 4);
            if (UInt16(extra, 0) == 1) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return [];
    }

    private static long Field(uint value, ref ReadOnlySpan<byte> extra, string name)
    {
        if (value != uint.MaxValue) return value;
        if (extra.Length < 8) throw new InvalidDataException($"entry '{name}' of the zip archive lacks its 64-bit size or offset");
        var wide = BinaryPrimitives.ReadInt64LittleEndian(extra);
        if (wide < 0) throw new InvalidDataException($"entry '{name}' of the zip archive has an impossible size or offset");
        extra = extra[8..];
        return wide;
    }

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
