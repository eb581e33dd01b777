using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Tests.Devices;

public sealed class PromptBlendTests
{
    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(0.5, 0.70710678118654752, 0.70710678118654752)]   // cos 45°, sin 45°
    [InlineData(1 / 3.0, 0.86602540378443865, 0.5)]               // 30°
    [InlineData(2 / 3.0, 0.5, 0.86602540378443865)]               // 60°
    public void Between_perpendicular_vectors_the_angle_is_the_share(double t, double x, double y)
    {
        double[] blend = PromptBlend.Slerp([1, 0], [0, 1], t);

        Assert.Equal(x, blend[0], 1e-14);
        Assert.Equal(y, blend[1], 1e-14);
    }

    [Fact]
    public void Between_others_it_goes_evenly_along_the_great_circle()
    {
        double[] a = [1, 0, 0], b = [Math.Cos(2.1), Math.Sin(2.1), 0];

        Assert.Equal(Math.Cos(0.3 * 2.1), PromptBlend.Slerp(a, b, 0.3)[0], 1e-14);
        Assert.Equal(Math.Sin(0.3 * 2.1), PromptBlend.Slerp(a, b, 0.3)[1], 1e-14);
    }

    [Fact]
    public void Opposite_vectors_give_the_nearer_one()
    {
        Assert.Equal([1, 0], PromptBlend.Slerp([1, 0], [-1, 0], 0.5));
        Assert.Equal([-1, 0], PromptBlend.Slerp([1, 0], [-1, 0], 0.51));
    }

    [Fact]
    public void Equal_vectors_give_themselves()
    {
        double[] v = [0.6, 0.8];
        double[] blend = PromptBlend.Slerp(v, v, 0.3);
        Assert.Equal(0.6, blend[0], 1e-14);
        Assert.Equal(0.8, blend[1], 1e-14);
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1e-7)]
    [InlineData(1e-3)]
    public void Small_angles_are_not_lost_in_rounding(double angle)
    {
        double[] blend = PromptBlend.Slerp([1, 0], [Math.Cos(angle), Math.Sin(angle)], 0.25);
        Assert.Equal(1, blend[1] / (angle / 4), 1e-6);
    }

    [Fact]
    public void Weights_are_shares_whatever_their_sum()
    {
        var third = PromptBlend.Of([(Part(1, 0), 2), (Part(0, 1), 1)]).Vector;   // t = 1/3: 30°

        Assert.Equal(0.8660254f, third[0], 1e-6f);
        Assert.Equal(0.5f, third[1], 1e-6f);
        Assert.Equal(third, PromptBlend.Of([(Part(1, 0), 2e307), (Part(0, 1), 1e307)]).Vector, (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Three_parts_are_blended_one_after_the_other()
    {
        // x and y in equal parts are at 45°; z joins with a third: its height is sin 30°.
        var blend = PromptBlend.Of([(Part(1, 0, 0), 1), (Part(0, 1, 0), 1), (Part(0, 0, 1), 1)]).Vector;

        Assert.Equal(0.5f, blend[2], 1e-6f);
        Assert.Equal(blend[0], blend[1], 1e-6f);
        Assert.Equal(1, Math.Sqrt(blend.Sum(x => (double)x * x)), 1e-6);
    }

    [Fact]
    public void One_part_is_left_as_it_is_and_what_was_read_is_summed()
    {
        var only = new EncodedPrompt([0.6f, 0.8f], Tokens: 5, Truncated: true, DeviceSeconds: 0.5);
        Assert.Same(only, PromptBlend.Of([(only, 0.1)]));

        var blend = PromptBlend.Of([(only, 1), (Part(0, 1), 1)]);
        Assert.Equal((5, true, 0.75), (blend.Tokens, blend.Truncated, blend.DeviceSeconds));
    }

    [Fact]
    public void Nothing_and_weights_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PromptBlend.Of([]));
        foreach (double weight in (double[])[0, -1, double.NaN, double.PositiveInfinity])
            Assert.Throws<ArgumentException>(() => PromptBlend.Of([(Part(1, 0), 1), (Part(0, 1), weight)]));
    }

    private static EncodedPrompt Part(params float[] vector) => new(vector, Tokens: 0, Truncated: false, DeviceSeconds: 0.25);
}
