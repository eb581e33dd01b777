using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp.Modules;

namespace ClipGen.Models.Kernels;

/// <summary>Layer normalisation (Ba et al. 2016) with eps 1e-5, as PyTorch has it: the biased variance, in two passes.</summary>
internal sealed unsafe class PackedNorm : IDisposable
{
    private const float Epsilon = 1e-5f;

    private readonly AlignedFloats _scale;
    private readonly AlignedFloats _shift;
    private readonly int _width;

    /// <summary>In whole vectors, padded with zeros.</summary>
    private readonly int _padded;

    /// <summary>All bits set where the last vector is no padding.</summary>
    private readonly Vector256<float> _last;

    public PackedNorm(LayerNorm norm)
    {
        _width = (int)norm.weight!.shape[0];
        _padded = (_width + 7) / 8 * 8;
        _last = Vector256.LessThan(Vector256.CreateSequence(_padded - 8, 1), Vector256.Create(_width)).AsSingle();
        _scale = new(_padded);
        _shift = new(_padded);
        Tensors.CopyTo(norm.weight!, _scale.Memory);
        Tensors.CopyTo(norm.bias!, _shift.Memory);
    }

    /// <param name="x">A row, padded with zeros to a multiple of 8; aligned to 32 bytes.</param>
    /// <param name="y">Its normalised values, padded likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(float* x, float* y)
    {
        var sum = Vector256<float>.Zero;
        for (int i = 0; i < _padded; i += 8) sum += Vector256.LoadAligned(x + i);
        var mean = Vector256.Create(VectorMath.Sum(sum) / _width);
        var squares = Vector256<float>.Zero;
        for (int i = 0; i < _padded; i += 8)
        {
            var centred = Vector256.LoadAligned(x + i) - mean;
            if (i == _padded - 8) centred = Vector256.BitwiseAnd(centred, _last);
            centred.StoreAligned(y + i);
            squares = Vector256.FusedMultiplyAdd(centred, centred, squares);
        }
        var factor = Vector256.Create(1 / MathF.Sqrt(VectorMath.Sum(squares) / _width + Epsilon));
        for (int i = 0; i < _padded; i += 8)
            Vector256.FusedMultiplyAdd(Vector256.LoadAligned(y + i) * factor, Vector256.LoadAligned(_scale.Memory + i), Vector256.LoadAligned(_shift.Memory + i)).StoreAligned(y + i);
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _scale.Dispose();
        _shift.Dispose();
    }
}
