using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ClipGen.Models.Kernels;

/// <summary>What is in a tensor of the CPU, as float32 in the order of its indices.</summary>
internal static unsafe class Tensors
{
    public static void Read(Tensor tensor, ReadOnlySpanAction<float> action)
    {
        using var scope = NewDisposeScope();
        action(MemoryMarshal.Cast<byte, float>(tensor.detach().to(ScalarType.Float32).contiguous().bytes));
    }

    public static void CopyTo(Tensor tensor, float* memory) => Read(tensor, values => values.CopyTo(new(memory, values.Length)));

    internal delegate void ReadOnlySpanAction<T>(ReadOnlySpan<T> span);
}
