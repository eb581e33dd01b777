using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Checkpoints;

internal static class TensorAssert
{
    /// <summary>Same dtype, same shape, same bits.</summary>
    public static void Same(Tensor expected, Tensor actual, string name)
    {
        Assert.True(expected.dtype == actual.dtype, $"{name}: {actual.dtype} instead of {expected.dtype}");
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"{name}: [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]");
        Assert.True(Bits(expected).AsSpan().SequenceEqual(Bits(actual)), $"{name}: other values");
    }

    /// <summary>Same shape and, in 32-bit floats, the same values.</summary>
    public static void SameValues(Tensor expected, Tensor actual, string name)
    {
        using var wideExpected = expected.to(ScalarType.Float32);
        using var wideActual = actual.to(ScalarType.Float32);
        Same(wideExpected, wideActual, name);
    }

    public static void Same(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, tensor) in expected) Same(tensor, actual[name], name);
    }

    private static byte[] Bits(Tensor tensor)
    {
        using var contiguous = tensor.contiguous();
        return contiguous.bytes.ToArray();
    }
}
