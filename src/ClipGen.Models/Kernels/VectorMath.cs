using System.Runtime.Intrinsics;

namespace ClipGen.Models.Kernels;

/// <summary>
/// Functions of eight numbers at once, from operations that IEEE 754 rounds in one way only (fused multiply-add among them): the same bits on
/// every processor and under every version of every library.
/// </summary>
internal static class VectorMath
{
    /// <summary>Below it e^x is taken as 0; it is less than 2^−125.</summary>
    private const float LeastExponent = -87;

    /// <summary>e^x for x ≤ 0, to about 1.5 units in the last place; NaN stays NaN. x = n ln 2 + r with |r| ≤ ½ ln 2, ln 2 in two parts and the polynomial for e^r as in Cephes' expf.c.</summary>
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // Adding 1.5 × 2^23 rounds to a whole number, which then is in the low bits.
        var shifter = Vector256.Create(12_582_912f);
        var shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(1.44269504088896341f), shifter);
        var n = shifted - shifter;
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);
        var p = Vector256.Create(1.9875691500e-4f);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.3981999507e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(5.0000001201e-1f));
        p = Vector256.FusedMultiplyAdd(p, r * r, r) + Vector256<float>.One;
        var scaled = (p.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();   // × 2^n
        var least = Vector256.Create(LeastExponent);
        return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, least), scaled, Vector256.AndNot(x, Vector256.LessThan(x, least)));
    }

    /// <summary>x Φ(x) with Φ = ½ (1 + erf(x / √2)) (Hendrycks and Gimpel 2016); erf by formula 7.1.26 of Abramowitz and Stegun, off by at most 1.5e-7.</summary>
    public static Vector256<float> Gelu(Vector256<float> x)
    {
        var z = Vector256.Abs(x) * Vector256.Create(0.707106781186547524f);
        var t = Vector256<float>.One / Vector256.FusedMultiplyAdd(Vector256.Create(0.3275911f), z, Vector256<float>.One);
        var p = Vector256.Create(1.061405429f);
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(-1.453152027f));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(1.421413741f));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(-0.284496736f));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.254829592f));
        var tail = p * t * Exp(-(z * z));                        // erfc |z|
        // For x below 0, 1 + erf is erfc |z| itself: no digits are lost to 1 − 1.
        var twice = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail, Vector256.Create(2f) - tail);
        return Vector256.Create(0.5f) * x * twice;
    }

    /// <summary>Their sum, always in the same order.</summary>
    public static float Sum(Vector256<float> x)
    {
        var four = x.GetLower() + x.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    /// <summary>The largest of them; NaN if one is.</summary>
    public static float Max(Vector256<float> x)
    {
        var four = Vector128.Max(x.GetLower(), x.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }
}
