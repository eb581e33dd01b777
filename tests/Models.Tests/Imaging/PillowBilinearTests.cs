using ClipGen.Models.Imaging;

namespace ClipGen.Models.Tests.Imaging;

public sealed class PillowBilinearTests
{
    [Fact]
    public void The_same_size_gives_a_copy()
    {
        var image = TestImages.Noise(37, 19);

        var copy = PillowBilinear.Resize(image, 37, 19);

        Assert.Equal(image.Pixels, copy.Pixels);
        Assert.NotSame(image.Pixels, copy.Pixels);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 50)]
    [InlineData(200, 2)]
    public void One_colour_stays_that_colour(int width, int height)
    {
        var image = new RgbImage(31, 17, [.. Enumerable.Repeat<byte[]>([255, 1, 254], 31 * 17).SelectMany(p => p)]);

        var resized = PillowBilinear.Resize(image, width, height);

        Assert.Equal((width, height), (resized.Width, resized.Height));
        Assert.All(resized.Pixels.Chunk(3), p => Assert.Equal([255, 1, 254], p));
    }

    [Fact]
    public void Halving_weighs_the_nearest_pixels_one_three_three_one()
    {
        // By hand: the middle is (80 + 3·160 + 3·240 + 40) / 8; at the ends one weight lies outside and the rest are scaled up,
        // (3·0 + 3·80 + 160) / 7 and (240 + 3·40 + 3·8) / 7.
        byte[] gray = [0, 80, 160, 240, 40, 8];

        var halved = PillowBilinear.Resize(new RgbImage(6, 1, [.. gray.SelectMany(v => (byte[])[v, v, v])]), 3, 1);

        Assert.Equal([57, 165, 55], halved.Pixels.Chunk(3).Select(p => p[0]));
    }

    [Fact]
    public void Refuses_sizes_below_one()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PillowBilinear.Resize(TestImages.Noise(2, 2), 0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => PillowBilinear.Resize(TestImages.Noise(2, 2), 2, -1));
        Assert.Throws<ArgumentException>(() => PillowBilinear.Resize(new RgbImage(2, 2, new byte[11]), 2, 2));
    }
}
