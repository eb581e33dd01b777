using ClipGen.Models.Checkpoints.Pickling;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>A tensor in a PyTorch checkpoint: where it lies and how it is laid out, checked against the file. Its values are read by <see cref="Open"/>.</summary>
public sealed class PickledTensor
{
    private readonly PickledStorage storage;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly long offset;
    private readonly long extent;

    /// <exception cref="InvalidDataException">The view is impossible or leaves its storage.</exception>
    internal PickledTensor(PickledStorage storage, long offset, long[] shape, long[] strides)
    {
        Count = TensorLayout.Count(shape);
        extent = TensorLayout.Extent(shape, strides, offset, storage.Count);
        this.storage = storage;
        this.offset = offset;
        this.shape = shape;
        this.strides = strides;
    }

    /// <summary>Empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => shape;

    public ScalarType DType => storage.Type.Scalar;

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    internal long ByteCount => Count * storage.Type.Size;

    /// <summary>The tensor itself, on the CPU, with <see cref="Shape"/> and <see cref="DType"/> and the strides it was saved with. The caller disposes it.</summary>
    /// <exception cref="CheckpointException">The file can no longer be read.</exception>
    /// <exception cref="ObjectDisposedException">The checkpoint has been disposed.</exception>
    public Tensor Open() => CheckpointException.Guard(storage.Path, () =>
    {
        if (extent == 0) return empty(shape, DType);
        using var flat = storage.Elements(offset, extent);
        return flat.as_strided(shape, strides, flat.storage_offset());
    });
}
