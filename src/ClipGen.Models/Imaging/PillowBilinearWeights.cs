namespace ClipGen.Models.Imaging;

/// <summary>One axis of a resize: the size it would have in full, and the part of it that is wanted.</summary>
internal readonly record struct ResizeAxis(long Size, long First, int Count);

/// <summary>For every wanted output position, which input positions it sums and with which fixed-point weights (1 = 2^22).</summary>
internal sealed class PillowBilinearWeights
{
    /// <summary>32 bits, less 8 for the byte, less 2 for overshoot.</summary>
    public const int Precision = 32 - 8 - 2;

    private readonly int[] _weights;
    private readonly int _stride;

    private PillowBilinearWeights(int count, int stride) =>
        (Starts, Counts, _weights, _stride) = (new int[count], new int[count], new int[checked(count * stride)], stride);

    public int[] Starts { get; }

    public int[] Counts { get; }

    public ReadOnlySpan<int> Of(int position) => _weights.AsSpan(position * _stride, Counts[position]);

    /// <summary>Pillow's precompute_coeffs and normalize_coeffs_8bpc, operation for operation: the rounding depends on their order.</summary>
    public static PillowBilinearWeights Compute(int inputSize, ResizeAxis axis)
    {
        var scale = (double)inputSize / axis.Size;
        var support = Math.Max(scale, 1.0);
        var inverse = 1.0 / support;
        var stride = (int)Math.Ceiling(support) * 2 + 1;
        var result = new PillowBilinearWeights(axis.Count, stride);
        var exact = new double[stride];
        for (var i = 0; i < axis.Count; i++)
        {
            var center = (axis.First + i + 0.5) * scale;
            var start = Math.Max((int)(center - support + 0.5), 0);
            var count = Math.Min((int)(center + support + 0.5), inputSize) - start;
            var sum = 0.0;
            for (var k = 0; k < count; k++) sum += exact[k] = Triangle((k + start - center + 0.5) * inverse);
            for (var k = 0; k < count; k++)
                result._weights[i * stride + k] = (int)(0.5 + (sum != 0 ? exact[k] / sum : exact[k]) * (1 << Precision));
            (result.Starts[i], result.Counts[i]) = (start, count);
        }
        return result;
    }

    private static double Triangle(double x) => Math.Max(1.0 - Math.Abs(x), 0.0);
}
