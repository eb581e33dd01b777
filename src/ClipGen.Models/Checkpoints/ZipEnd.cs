using System.Buffers.Binary;

namespace ClipGen.Models.Checkpoints;

/// <summary>The record at the end of a zip file that says where its directory is.</summary>
internal readonly record struct ZipEnd(long EntryCount, long DirectoryOffset, long DirectoryLength)
{
    private const uint Signature = 0x06054b50;
    private const uint LocatorSignature = 0x07064b50;
    private const uint WideSignature = 0x06064b50;
    private const int RecordLength = 22;
    private const int LocatorLength = 20;
    private const int WideRecordLength = 56;

    /// <exception cref="InvalidDataException">There is none: mostly, the file is incomplete.</exception>
    public static ZipEnd Find(CheckpointFile file)
    {
        // A comment of up to 64 KB may follow the record.
        var start = Math.Max(0, file.Length - RecordLength - ushort.MaxValue);
        var tail = file.Read(start, file.Length - start);
        for (var at = tail.Length - RecordLength; at >= 0; at--)
        {
            var record = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) == Signature) return Read(file, record, start + at);
        }
        throw new InvalidDataException("the zip archive has no end record: the file is incomplete");
    }

    private static ZipEnd Read(CheckpointFile file, ReadOnlySpan<byte> record, long position)
    {
        var count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        return count == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue ? ReadWide(file, position) : new ZipEnd(count, offset, length);
    }

    private static ZipEnd ReadWide(CheckpointFile file, long position)
    {
        var locator = file.Read(position - LocatorLength, LocatorLength);
        var record = file.Read(BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8)), WideRecordLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature || BinaryPrimitives.ReadUInt32LittleEndian(record) != WideSignature)
            throw new InvalidDataException("the zip archive's 64-bit end record is damaged");
        return new ZipEnd(
            BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32)),
            BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)),
            BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40)));
    }
}
