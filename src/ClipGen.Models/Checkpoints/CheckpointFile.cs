using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>An open checkpoint file: its headers by reading, its tensors by memory mapping. Not thread-safe.</summary>
internal sealed class CheckpointFile : IDisposable
{
    private const int CopyChunk = 1 << 26;

    private readonly SafeFileHandle handle;
    private readonly Dictionary<ScalarType, Tensor> mappings = [];

    private CheckpointFile(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        Length = length;
        this.handle = handle;
    }

    public string Path { get; }
    public long Length { get; }

    public static CheckpointFile Open(string path)
    {
        var handle = File.OpenHandle(path);
        try
        {
            return new CheckpointFile(path, handle, RandomAccess.GetLength(handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <exception cref="InvalidDataException">The file ends before the range does.</exception>
    public byte[] Read(long offset, long count)
    {
        Demand(offset, count);
        if (count > Array.MaxLength) throw new InvalidDataException($"a part of {count} bytes is too large to read at once");
        var bytes = new byte[count];
        ReadExactly(bytes, offset);
        return bytes;
    }

    /// <summary>A flat tensor [count] over the file's bytes. Pages come in on touch, and writes stay private to the process.</summary>
    /// <remarks>A mapping needs an offset that is a multiple of the element size; other offsets are copied.</remarks>
    /// <exception cref="InvalidDataException">The file ends before the range does: touching a mapping there would kill the process.</exception>
    public Tensor Elements(long offset, TensorType type, long count)
    {
        Demand(offset, checked(count * type.Size));
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        if (count == 0) return empty(0, type.Scalar);
        return offset % type.Size == 0 ? Mapping(type).narrow(0, offset / type.Size, count) : Copy(offset, type, count);
    }

    /// <summary>Closes the file. Tensors already made keep their mapping alive.</summary>
    public void Dispose()
    {
        foreach (var mapping in mappings.Values) mapping.Dispose();
        mappings.Clear();
        handle.Dispose();
    }

    private Tensor Mapping(TensorType type)
    {
        if (!mappings.TryGetValue(type.Scalar, out var mapping))
        {
            mapping = from_file(Path, shared: false, Length / type.Size, type.Scalar).DetachFromDisposeScope();
            mappings.Add(type.Scalar, mapping);
        }
        return mapping;
    }

    private Tensor Copy(long offset, TensorType type, long count)
    {
        var copy = empty(count, type.Scalar);
        var chunk = CopyChunk / type.Size;
        for (var first = 0L; first < count; first += chunk)
        {
            using var part = copy.narrow(0, first, Math.Min(chunk, count - first));
            ReadExactly(part.bytes, offset + (first * type.Size));
        }
        return copy;
    }

    private void Demand(long offset, long count)
    {
        if (offset < 0 || count < 0 || offset > Length || count > Length - offset)
            throw new InvalidDataException($"{count} bytes at offset {offset} are needed, but the file ends at {Length}: it is damaged or incomplete");
    }

    private void ReadExactly(Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(handle, bytes, offset);
            if (read == 0) throw new InvalidDataException("the file became shorter while it was read");
            bytes = bytes[read..];
            offset += read;
        }
    }
}
