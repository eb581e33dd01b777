namespace ClipGen.Models.Checkpoints;

/// <summary>Arithmetic on shapes and strides that come from a file. Nothing overflows; what cannot be is an <see cref="InvalidDataException"/>.</summary>
internal static class TensorLayout
{
    /// <summary>libtorch's own limit for most operators.</summary>
    private const int MostDimensions = 64;

    /// <summary>Leaves room to multiply by the largest element size and to add an offset.</summary>
    private const long MostElements = 1L << 58;

    /// <summary>Number of elements of a shape; 1 for a scalar, 0 if any size is 0.</summary>
    public static long Count(ReadOnlySpan<long> shape)
    {
        if (shape.Length > MostDimensions) throw new InvalidDataException($"a tensor has {shape.Length} dimensions; at most {MostDimensions} are possible");
        // libtorch multiplies the sizes next to a 0 as well when it computes strides, so a 0 does not excuse them.
        var product = 1L;
        var empty = false;
        foreach (var size in shape)
        {
            if (size < 0) throw new InvalidDataException($"shape {Text(shape)} has a negative size");
            empty |= size == 0;
            if (size > MostElements / product) throw new InvalidDataException($"shape {Text(shape)} has more elements than can be addressed");
            product *= Math.Max(1, size);
        }
        return empty ? 0 : product;
    }

    /// <summary>Checks that a strided view stays inside its storage and returns how many elements lie from its first to its last.</summary>
    /// <param name="shape">Checked by <see cref="Count"/> before.</param>
    /// <param name="offset">First element of the view in the storage.</param>
    /// <param name="storageCount">Elements of the storage.</param>
    public static long Extent(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long storageCount)
    {
        if (strides.Length != shape.Length) throw new InvalidDataException($"shape {Text(shape)} and strides {Text(strides)} differ in length");
        foreach (var stride in strides)
        {
            if (stride < 0) throw new InvalidDataException($"strides {Text(strides)} have a negative value");
        }
        if (offset < 0 || offset > storageCount) throw OutOfBounds(shape, strides, offset, storageCount);
        if (shape.Contains(0)) return 0;
        var last = offset;
        for (var i = 0; i < shape.Length; i++)
        {
            if (strides[i] > 0 && shape[i] - 1 > (storageCount - last) / strides[i]) throw OutOfBounds(shape, strides, offset, storageCount);
            last += (shape[i] - 1) * strides[i];
        }
        if (last >= storageCount) throw OutOfBounds(shape, strides, offset, storageCount);
        return last - offset + 1;
    }

    public static string Text(ReadOnlySpan<long> values)
    {
        const int most = 8;
        var text = string.Join(", ", values[..Math.Min(most, values.Length)].ToArray());
        return values.Length > most ? $"[{text}, ...]" : $"[{text}]";
    }

    private static InvalidDataException OutOfBounds(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long storageCount) => new(
        $"a tensor of shape {Text(shape)}, strides {Text(strides)} and offset {offset} reaches outside its storage of {storageCount} elements");
}
