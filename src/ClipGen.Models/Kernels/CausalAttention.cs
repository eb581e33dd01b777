using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClipGen.Models.Kernels;

/// <summary>
/// What one query of one head sees: softmax(q K / √D) V over its own position and those before it (Vaswani et al. 2017), and over no others. Sums
/// go by position and dimension in a fixed order, so the result depends on the position alone, not on what else is computed.
/// </summary>
/// <param name="size">Of a head, D.</param>
/// <param name="block">Positions, T.</param>
internal sealed unsafe class CausalAttention(int size, int block)
{
    /// <summary>Positions whose keys lie together, one dimension after the other.</summary>
    private const int Together = 8;

    /// <summary>Floats of values that are asked for before they are needed; of keys, it is the next four blocks.</summary>
    private const int Ahead = 512;

    private readonly float _scale = 1 / MathF.Sqrt(size);

    /// <summary>A value's floats in whole vectors.</summary>
    private readonly int _padded = (size + 7) / 8 * 8;

    private int KeyBlocks { get; } = (block + Together - 1) / Together;

    /// <summary>Floats of a head's keys: [⌈T / 8⌉][D][8].</summary>
    public int KeyLength => KeyBlocks * size * Together;

    /// <summary>Floats of a head's values: [T][D], padded to whole vectors.</summary>
    public int ValueLength => block * _padded;

    /// <summary>Floats that <see cref="Look"/> needs to work in.</summary>
    public int ScratchLength => KeyBlocks * Together + _padded;

    /// <summary>Puts a position's key and value where queries find them.</summary>
    public void Append(float* key, float* value, float* keys, float* values, int position)
    {
        float* to = keys + position / Together * size * Together + position % Together;
        for (int d = 0; d < size; d++) to[d * Together] = key[d];
        new ReadOnlySpan<float>(value, size).CopyTo(new(values + position * _padded, size));
    }

    /// <param name="scratch">Aligned to 32 bytes, as keys and values are.</param>
    /// <param name="mixed">[D], the result.</param>
    public void Look(float* query, float* keys, float* values, int position, float* scratch, float* mixed)
    {
        float total = Weigh(query, keys, position, scratch);
        Mix(values, position, scratch, 1 / total, scratch + KeyBlocks * Together);
        new ReadOnlySpan<float>(scratch + KeyBlocks * Together, size).CopyTo(new(mixed, size));
    }

    /// <summary>e^(score − largest score) of each position.</summary>
    /// <returns>Their sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Weigh(float* query, float* keys, int position, float* weights)
    {
        int blocks = position / Together + 1, done = 0;
        for (; done + 4 <= blocks; done += 4) Score4(query, keys + done * size * Together, weights + done * Together);
        for (; done < blocks; done++) Score(query, keys + done * size * Together, weights + done * Together);
        // Of the last block only those up to the position are there.
        var lanes = Vector256.LessThanOrEqual(Vector256.CreateSequence((blocks - 1) * Together, 1), Vector256.Create(position)).AsSingle();
        float* last = weights + (blocks - 1) * Together;
        Vector256.ConditionalSelect(lanes, Vector256.LoadAligned(last), Vector256.Create(float.NegativeInfinity)).StoreAligned(last);

        var largest = Vector256.LoadAligned(weights);
        for (int i = 1; i < blocks; i++) largest = Vector256.Max(largest, Vector256.LoadAligned(weights + i * Together));
        largest = Vector256.Create(VectorMath.Max(largest));
        var sum = Vector256<float>.Zero;
        for (int i = 0; i < blocks; i++)
        {
            var weight = VectorMath.Exp(Vector256.LoadAligned(weights + i * Together) - largest);
            weight.StoreAligned(weights + i * Together);
            sum += weight;
        }
        return VectorMath.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(float* query, float* keys, float* scores)
    {
        var sum = Vector256<float>.Zero;
        for (int d = 0; d < size; d++) sum = Vector256.FusedMultiplyAdd(Vector256.Create(query[d]), Vector256.LoadAligned(keys + d * Together), sum);
        (sum * _scale).StoreAligned(scores);
    }

    /// <summary>Four blocks at once: a core has several sums under way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score4(float* query, float* keys, float* scores)
    {
        float* keys1 = keys + size * Together, keys2 = keys1 + size * Together, keys3 = keys2 + size * Together;
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        float* ahead = keys3 + size * Together;
        for (int d = 0; d < size; d++, ahead += 4 * Together)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(ahead);
                Sse.Prefetch0(ahead + 16);
            }
            var value = Vector256.Create(query[d]);
            sum0 = Vector256.FusedMultiplyAdd(value, Vector256.LoadAligned(keys + d * Together), sum0);
            sum1 = Vector256.FusedMultiplyAdd(value, Vector256.LoadAligned(keys1 + d * Together), sum1);
            sum2 = Vector256.FusedMultiplyAdd(value, Vector256.LoadAligned(keys2 + d * Together), sum2);
            sum3 = Vector256.FusedMultiplyAdd(value, Vector256.LoadAligned(keys3 + d * Together), sum3);
        }
        (sum0 * _scale).StoreAligned(scores);
        (sum1 * _scale).StoreAligned(scores + Together);
        (sum2 * _scale).StoreAligned(scores + 2 * Together);
        (sum3 * _scale).StoreAligned(scores + 3 * Together);
    }

    /// <summary>The values' sum by weights, in the order of the positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(float* values, int position, float* weights, float factor, float* mixed)
    {
        int done = 0;
        for (; done + 32 <= _padded; done += 32) Mix4(values + done, position, weights, factor, mixed + done);
        for (; done < _padded; done += 8)
        {
            var sum = Vector256<float>.Zero;
            for (int t = 0; t <= position; t++) sum = Vector256.FusedMultiplyAdd(Vector256.Create(weights[t]), Vector256.LoadAligned(values + t * _padded + done), sum);
            (sum * factor).StoreAligned(mixed + done);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix4(float* values, int position, float* weights, float factor, float* mixed)
    {
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (int t = 0; t <= position; t++, values += _padded)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(values + Ahead);
                Sse.Prefetch0(values + Ahead + 16);
            }
            var weight = Vector256.Create(weights[t]);
            sum0 = Vector256.FusedMultiplyAdd(weight, Vector256.LoadAligned(values), sum0);
            sum1 = Vector256.FusedMultiplyAdd(weight, Vector256.LoadAligned(values + 8), sum1);
            sum2 = Vector256.FusedMultiplyAdd(weight, Vector256.LoadAligned(values + 16), sum2);
            sum3 = Vector256.FusedMultiplyAdd(weight, Vector256.LoadAligned(values + 24), sum3);
        }
        (sum0 * factor).StoreAligned(mixed);
        (sum1 * factor).StoreAligned(mixed + 8);
        (sum2 * factor).StoreAligned(mixed + 16);
        (sum3 * factor).StoreAligned(mixed + 24);
    }
}
