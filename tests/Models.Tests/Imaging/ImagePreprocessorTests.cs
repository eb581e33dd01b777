using ClipGen.Models.Imaging;

namespace ClipGen.Models.Tests.Imaging;

public sealed class ImagePreprocessorTests
{
    private readonly ImagePreprocessor _sut = new();

    [Theory]
    [InlineData("landscape")]
    [InlineData("portrait")]
    [InlineData("wide")]
    [InlineData("square")]
    public void Gives_the_original_transforms_bytes(string name)
    {
        var crop = _sut.CropForVqgan(TestImages.Reference(name));
        var clip = _sut.ResizeForClip(crop);

        Assert.Equal((256, 256), (crop.Width, crop.Height));
        Assert.Equal((224, 224), (clip.Width, clip.Height));
        Assert.Equal(TestImages.Reference($"{name}_256").Pixels, crop.Pixels);
        Assert.Equal(TestImages.Reference($"{name}_224").Pixels, clip.Pixels);
    }

    [Theory]
    [InlineData(97, 61, 32)]
    [InlineData(20, 333, 48)]
    [InlineData(64, 65, 64)]
    public void Cropping_is_a_window_of_the_whole_resize(int width, int height, int size)
    {
        var image = TestImages.Noise(width, height);
        var shorter = Math.Min(width, height);
        var whole = PillowBilinear.Resize(image, size * width / shorter, size * height / shorter);
        var (left, top) = ((int)Math.Round((whole.Width - size) / 2.0), (int)Math.Round((whole.Height - size) / 2.0));

        var crop = new ImagePreprocessor(size, 8).CropForVqgan(image);

        var expected = Enumerable.Range(top, size).SelectMany(y => whole.Pixels.AsSpan((y * whole.Width + left) * 3, size * 3).ToArray());
        Assert.Equal(expected, crop.Pixels);
    }

    [Fact]
    public void A_line_of_a_million_pixels_costs_no_more_than_its_middle()
    {
        var line = new RgbImage(1_000_000, 1, new byte[3_000_000]);
        Array.Fill(line.Pixels, (byte)200);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var crop = _sut.CropForVqgan(line);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal((256, 256), (crop.Width, crop.Height));
        Assert.All(crop.Pixels, b => Assert.Equal(200, b));
    }

    [Fact]
    public void Takes_other_sizes()
    {
        var sut = new ImagePreprocessor(32, 28);

        var crop = sut.CropForVqgan(TestImages.Noise(50, 40));
        var clip = sut.ResizeForClip(crop);

        Assert.Equal((32, 32, 28, 28), (crop.Width, crop.Height, clip.Width, clip.Height));
    }

    [Fact]
    public void Refuses_what_it_cannot_use()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImagePreprocessor(imageSize: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImagePreprocessor(clipSize: 0));
        Assert.Throws<ArgumentException>(() => _sut.ResizeForClip(TestImages.Noise(4, 5)));
        Assert.Throws<ArgumentException>(() => _sut.CropForVqgan(new RgbImage(3, 3, [])));
    }
}
