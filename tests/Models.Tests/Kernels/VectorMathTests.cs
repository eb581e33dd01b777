using System.Runtime.Intrinsics;
using ClipGen.Models.Kernels;

namespace ClipGen.Models.Tests.Kernels;

public sealed class VectorMathTests
{
    [Fact]
    public void Exponentials_are_right_to_the_last_bits()
    {
        double worst = 0;
        for (float x = 0; x > -87; x -= 0.00137f)
        {
            double expected = Math.Exp(x);
            worst = Math.Max(worst, Math.Abs(VectorMath.Exp(Vector256.Create(x))[5] - expected) / expected);
        }

        Assert.InRange(worst, 0, 2e-7);
        Assert.Equal(1, VectorMath.Exp(Vector256<float>.Zero)[0]);
    }

    [Theory]
    [InlineData(-87.01f, 0)]
    [InlineData(-1e6f, 0)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(float.NaN, float.NaN)]
    public void And_so_are_those_of_what_is_hardly_a_number(float x, float expected) => Assert.Equal(expected, VectorMath.Exp(Vector256.Create(x))[0]);

    /// <summary>Any bits that are no number stay none.</summary>
    [Theory]
    [InlineData(0x7FC0_0001u)]
    [InlineData(0x7F80_00FFu)]
    [InlineData(0xFFC0_0001u)]
    [InlineData(0xFFFF_FFFFu)]
    public void No_number_becomes_one(uint bits)
    {
        var x = Vector256.Create(BitConverter.UInt32BitsToSingle(bits));

        Assert.True(float.IsNaN(VectorMath.Exp(x)[0]));
        Assert.True(float.IsNaN(VectorMath.Gelu(x)[0]));
        Assert.True(float.IsNaN(VectorMath.Sum(Vector256<float>.Zero.WithElement(6, x[0]))));
        Assert.True(float.IsNaN(VectorMath.Max(Vector256<float>.Zero.WithElement(6, x[0]))));
    }

    [Fact]
    public void Gelu_is_as_good_as_single_precision()
    {
        double worst = 0;
        for (float x = -12; x < 12; x += 0.00071f) worst = Math.Max(worst, Math.Abs(VectorMath.Gelu(Vector256.Create(x))[3] - x / 2 * Erfc(-x / Math.Sqrt(2))) / Math.Max(1, Math.Abs(x)));

        Assert.InRange(worst, 0, 2.5e-7);
        Assert.Equal(0, VectorMath.Gelu(Vector256<float>.Zero)[0]);
    }

    [Fact]
    public void Sums_and_maxima_take_every_lane()
    {
        for (int lane = 0; lane < 8; lane++)
        {
            Assert.Equal(3, VectorMath.Sum(Vector256<float>.Zero.WithElement(lane, 3)));
            Assert.Equal(3, VectorMath.Max(Vector256<float>.Zero.WithElement(lane, 3)));
        }
    }

    /// <summary>erfc z = 1 − 2/√π ∫ e^(−t²) from 0 to z, by Simpson's rule.</summary>
    private static double Erfc(double z)
    {
        const int Steps = 400;
        double h = z / Steps, sum = 1 + Math.Exp(-z * z);
        for (int i = 1; i < Steps; i++) sum += (i % 2 == 0 ? 2 : 4) * Math.Exp(-(i * h) * (i * h));
        return 1 - 2 / Math.Sqrt(Math.PI) * sum * h / 3;
    }
}
