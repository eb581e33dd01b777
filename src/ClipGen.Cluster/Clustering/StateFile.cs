using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using ClipGen.Cluster.Storage;

namespace ClipGen.Cluster.Clustering;

/// <summary>
/// A file with the state of one grain. It has two slots of the same capacity, and a new state is written over the older one of them, so
/// that whatever moment the process dies at, one of them is whole: a slot that is not shows by its hash, and the other one counts. A file
/// that is written again and again stays the same file: to make one beside it and put that in its place takes a file system longer than
/// to write it.
/// </summary>
/// <remarks>
/// Slot: magic (16 bytes), SHA-256 of what follows (32), etag (32, ASCII), capacity, number of the write, length of the state (8 each,
/// little endian), state. The second slot begins where the first one's capacity ends. A file whose slots have become too small is made
/// anew as a whole. What an earlier version wrote is read: magic, etag, end of line, state.
/// </remarks>
/// <param name="Etag">Of its last write.</param>
/// <param name="State">As it was serialized.</param>
internal sealed record StateFile(string Etag, ReadOnlyMemory<byte> State)
{
    private const int MagicLength = 16, HashLength = SHA256.HashSizeInBytes, EtagLength = 32;
    private const int EtagAt = MagicLength + HashLength, CapacityAt = EtagAt + EtagLength, NumberAt = CapacityAt + 8, LengthAt = NumberAt + 8, StateAt = LengthAt + 8;

    /// <summary>Of a slot, as all powers of two above it: a reader finds the second slot even where the first one is not whole.</summary>
    private const int SmallestCapacity = 4096;

    private const FileAttributes NoFile = (FileAttributes)(-1);

    private long Capacity { get; init; }

    private long Number { get; init; }

    private bool IsSecond { get; init; }

    private static ReadOnlySpan<byte> Magic => "clipgen-state 2\n"u8;

    private static ReadOnlySpan<byte> FormerMagic => "clipgen-state 1 "u8;

    /// <summary>Null when there is no such file.</summary>
    /// <exception cref="StateStoreException">None of its slots is whole.</exception>
    public static StateFile? Read(string path) => Bytes(path) is { } file
        ? Newest(file) ?? Former(file) ?? throw new StateStoreException($"'{path}' is damaged or not a grain's state; bring back a copy of it, or move it away to begin anew.")
        : null;

    /// <summary>Returns when it is on the disk.</summary>
    /// <param name="current">What is there, as it was just read.</param>
    /// <param name="etag">32 ASCII characters.</param>
    public static void Write(string path, StateFile? current, string etag, ReadOnlySpan<byte> state)
    {
        if (current is null || StateAt + state.Length > current.Capacity)
        {
            // A quarter of its room is left at the least: one that grows is not made anew each time.
            long capacity = Math.Max(SmallestCapacity, (long)BitOperations.RoundUpToPowerOf2((ulong)(StateAt + state.Length) * 4 / 3));
            WholeFile.Write(path, Slot(etag, capacity, number: 1, state), replace: true);
            return;
        }
        long at = current.IsSecond ? 0 : current.Capacity;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        try
        {
            RandomAccess.Write(file, Slot(etag, current.Capacity, current.Number + 1, state), at);
            RandomAccess.FlushToDisk(file);
        }
        catch
        {
            // Whoever hears that it failed must not find it there.
            FileErrors.Ignore(() => RandomAccess.Write(file, new byte[EtagAt], at));
            throw;
        }
    }

    private static byte[]? Bytes(string path)
    {
        // A state's first read and write are as usual as any, and asking is cheaper than an exception. File.Exists would not do: it takes
        // what cannot be asked, as on a disk that fails, for what is not there.
        if (new FileInfo(path).Attributes == NoFile) return null;
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static byte[] Slot(string etag, long capacity, long number, ReadOnlySpan<byte> state)
    {
        var slot = new byte[StateAt + state.Length];
        Magic.CopyTo(slot);
        Encoding.ASCII.GetBytes(etag, slot.AsSpan(EtagAt, EtagLength));
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(CapacityAt), capacity);
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(NumberAt), number);
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(LengthAt), state.Length);
        state.CopyTo(slot.AsSpan(StateAt));
        SHA256.HashData(slot.AsSpan(EtagAt), slot.AsSpan(MagicLength, HashLength));
        return slot;
    }

    private static StateFile? Newest(byte[] file)
    {
        var newest = At(file, 0);
        for (long at = SmallestCapacity; at < file.Length; at *= 2)
        {
            if (At(file, at) is { } second && second.Number > (newest?.Number ?? 0)) newest = second;
        }
        return newest;
    }

    /// <summary>Null unless there is a whole slot.</summary>
    private static StateFile? At(byte[] file, long at)
    {
        var slot = file.AsMemory((int)at);
        if (slot.Length < StateAt || !slot.Span.StartsWith(Magic)) return null;
        long Field(int offset) => BinaryPrimitives.ReadInt64LittleEndian(slot.Span[offset..]);
        var (capacity, length) = (Field(CapacityAt), Field(LengthAt));
        if (length < 0 || length > slot.Length - StateAt || (at != 0 && at != capacity)) return null;
        slot = slot[..(int)(StateAt + length)];
        if (!SHA256.HashData(slot.Span[EtagAt..]).AsSpan().SequenceEqual(slot.Span.Slice(MagicLength, HashLength))) return null;
        return new(Encoding.ASCII.GetString(slot.Span.Slice(EtagAt, EtagLength)), slot[StateAt..]) { Capacity = capacity, Number = Field(NumberAt), IsSecond = at != 0 };
    }

    private static StateFile? Former(byte[] file)
    {
        const int Header = MagicLength + EtagLength + 1;
        if (file.Length < Header || !file.AsSpan().StartsWith(FormerMagic) || file[Header - 1] != '\n') return null;
        return new(Encoding.ASCII.GetString(file, MagicLength, EtagLength), file.AsMemory(Header));
    }
}
