using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints.Pickling;

/// <summary>A flat run of elements that tensors are views of; for the oldest files, itself a part of another one.</summary>
/// <param name="path">The checkpoint, for errors.</param>
/// <param name="first">First element in <paramref name="whole"/>, where there is one.</param>
internal sealed class PickledStorage(string path, TensorType type, long count, PickledStorage? whole = null, long first = 0)
{
    public string Path => path;
    public TensorType Type => type;

    /// <summary>Number of elements.</summary>
    public long Count => count;

    /// <summary>Where the bytes are. The older format tells only after its pickle.</summary>
    public IStorageBytes? Bytes { get; set; }

    /// <summary>A flat tensor [count].</summary>
    public Tensor Elements(long from, long length) => whole is not null
        ? whole.Elements(first + from, length)
        : (Bytes ?? throw new InvalidDataException("a storage has no data in the file")).Elements(type, from, length);
}

/// <summary>The bytes of one storage.</summary>
internal interface IStorageBytes
{
    /// <summary>A flat tensor [count] of the elements from <paramref name="first"/>; the range has been checked against the storage.</summary>
    Tensor Elements(TensorType type, long first, long count);
}

/// <summary>A storage that lies in the file as it is.</summary>
internal sealed class StoredBytes(CheckpointFile file, long offset) : IStorageBytes
{
    public Tensor Elements(TensorType type, long first, long count) => file.Elements(offset + (first * type.Size), type, count);
}

/// <summary>A storage that had to be decompressed.</summary>
internal sealed class InflatedBytes(byte[] bytes) : IStorageBytes
{
    public Tensor Elements(TensorType type, long first, long count)
    {
        var copy = empty(count, type.Scalar);
        bytes.AsSpan((int)(first * type.Size), (int)(count * type.Size)).CopyTo(copy.bytes);
        return copy;
    }
}
