using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace ClipGen.Models.Kernels;

/// <summary>What becomes of a linear layer's outputs.</summary>
internal enum Output
{
    Store,

    /// <summary>Their GELU is stored.</summary>
    Gelu,

    /// <summary>They are added to what is there.</summary>
    Add,
}

/// <summary>
/// y = W x + b with the weights laid out once as they are read: panels of 16 outputs, [N / 16][K][16]. Every output is one sum in the order of
/// the inputs, so its bits depend neither on the rows beside it nor on how panels are shared among threads.
/// </summary>
internal sealed unsafe class PackedLinear : IDisposable
{
    /// <summary>Outputs of a panel.</summary>
    public const int Panel = 16;

    /// <summary>Rows computed together: with two vectors each as many sums as a core has under way at once.</summary>
    public const int Tile = 4;

    /// <summary>Floats that are asked for before they are needed: the processor's own guess ends with a page. A row of the original's GPT takes 0.77 of the time on an AMD Zen 3.</summary>
    private const int Ahead = 256;

    private readonly AlignedFloats _weights;
    private readonly AlignedFloats _bias;
    private readonly int _inputs;

    /// <param name="weight">[N, K] on the CPU.</param>
    /// <param name="bias">[N].</param>
    public PackedLinear(Tensor weight, Tensor bias)
    {
        int outputs = (int)weight.shape[0], inputs = _inputs = (int)weight.shape[1];
        Panels = WholePanels(outputs) / Panel;
        _weights = new((long)Panels * Panel * inputs, zeroed: Stride > outputs);   // only the padding stays as it is
        _bias = new(Panels * Panel);
        Tensors.CopyTo(bias, _bias.Memory);
        Tensors.Read(weight, values =>
        {
            for (int n = 0; n < outputs; n++)
            {
                float* to = _weights.Memory + (long)(n / Panel) * inputs * Panel + n % Panel;
                for (int k = 0; k < inputs; k++) to[k * Panel] = values[n * inputs + k];
            }
        });
    }

    public int Panels { get; }

    /// <summary>Of the weights.</summary>
    public long Bytes => (long)Stride * _inputs * sizeof(float);

    /// <summary>Floats from one row of outputs to the next, at least: whole panels are written.</summary>
    public int Stride => Panels * Panel;

    /// <summary>Floats of the panels that so many outputs take.</summary>
    public static int WholePanels(int outputs) => (outputs + Panel - 1) / Panel * Panel;

    /// <summary>Computes some panels of some rows.</summary>
    /// <param name="x">[rows, K], <paramref name="xStride"/> floats apart.</param>
    /// <param name="y">[rows, 16 × panels], <paramref name="yStride"/> floats apart, aligned to 32 bytes as the stride is.</param>
    public void Apply(float* x, int xStride, int rows, float* y, int yStride, Range panels, Output output)
    {
        float* sums = stackalloc float[Tile * Panel];
        var (from, length) = panels.GetOffsetAndLength(Panels);
        for (int panel = from; panel < from + length; panel++)
        {
            float* weights = _weights.Memory + (long)panel * _inputs * Panel, bias = _bias.Memory + panel * Panel;
            for (int row = 0; row < rows; row += Tile)
            {
                int count = Math.Min(Tile, rows - row);
                // Of fewer rows than four the last one is computed repeatedly, which takes no longer.
                float* x0 = x + (long)row * xStride, x1 = count > 1 ? x0 + xStride : x0, x2 = count > 2 ? x1 + xStride : x1, x3 = count > 3 ? x2 + xStride : x2;
                Sum(x0, x1, x2, x3, _inputs, weights, bias, sums);
                Put(sums, count, y + (long)row * yStride + panel * Panel, yStride, output);
            }
        }
        GC.KeepAlive(this);
    }

    /// <summary>One panel of four rows. By itself, with nothing behind the loop but stores: else the compiler keeps the sums in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Sum(float* x0, float* x1, float* x2, float* x3, int inputs, float* w, float* bias, float* sums)
    {
        Vector256<float> left = Vector256.LoadAligned(bias), right = Vector256.LoadAligned(bias + 8);
        Vector256<float> l0 = left, l1 = left, l2 = left, l3 = left, r0 = right, r1 = right, r2 = right, r3 = right;
        for (nint k = 0; k < inputs; k++)
        {
            if (Sse.IsSupported) Sse.Prefetch0(w + Ahead);
            left = Vector256.LoadAligned(w);
            right = Vector256.LoadAligned(w + 8);
            var value = Vector256.Create(x0[k]);
            l0 = Vector256.FusedMultiplyAdd(value, left, l0);
            r0 = Vector256.FusedMultiplyAdd(value, right, r0);
            value = Vector256.Create(x1[k]);
            l1 = Vector256.FusedMultiplyAdd(value, left, l1);
            r1 = Vector256.FusedMultiplyAdd(value, right, r1);
            value = Vector256.Create(x2[k]);
            l2 = Vector256.FusedMultiplyAdd(value, left, l2);
            r2 = Vector256.FusedMultiplyAdd(value, right, r2);
            value = Vector256.Create(x3[k]);
            l3 = Vector256.FusedMultiplyAdd(value, left, l3);
            r3 = Vector256.FusedMultiplyAdd(value, right, r3);
            w += Panel;
        }
        l0.Store(sums);
        r0.Store(sums + 8);
        l1.Store(sums + 16);
        r1.Store(sums + 24);
        l2.Store(sums + 32);
        r2.Store(sums + 40);
        l3.Store(sums + 48);
        r3.Store(sums + 56);
    }

    /// <summary>Makes outputs of a tile's sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Put(float* sums, int rows, float* y, int yStride, Output output)
    {
        for (int row = 0; row < rows; row++, y += yStride)
        {
            for (int i = 0; i < Panel; i += 8, sums += 8)
            {
                var sum = Vector256.Load(sums);
                if (output == Output.Gelu) sum = VectorMath.Gelu(sum);
                else if (output == Output.Add) sum += Vector256.LoadAligned(y + i);
                sum.StoreAligned(y + i);
            }
        }
    }

    public void Dispose()
    {
        _weights.Dispose();
        _bias.Dispose();
    }
}
