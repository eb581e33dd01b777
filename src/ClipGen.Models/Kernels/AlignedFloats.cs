using System.Runtime.InteropServices;

namespace ClipGen.Models.Kernels;

/// <summary>
/// Native memory that vectors are read from without crossing a cache line. Not the garbage collector's: weights are gigabytes, and a container's
/// limit for managed memory is lower than its own.
/// </summary>
internal sealed unsafe class AlignedFloats : IDisposable
{
    /// <summary>Bytes: a cache line, and the widest vector.</summary>
    private const int Alignment = 64;

    private readonly MemoryBlock _block;
    private float* _memory;

    /// <param name="zeroed">Else its values are whatever was there before, NaN among them.</param>
    public AlignedFloats(long length, bool zeroed = true)
    {
        nuint bytes = checked((nuint)length * sizeof(float));
        (_block, var memory) = MemoryBlock.Take(bytes, Alignment);
        _memory = (float*)memory;
        if (zeroed) NativeMemory.Clear(_memory, bytes);
    }

    ~AlignedFloats() => Free();

    /// <summary>Valid while this object is reachable and not disposed.</summary>
    public float* Memory => _memory;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_memory is null) return;
        _memory = null;
        _block.Return();
    }
}
