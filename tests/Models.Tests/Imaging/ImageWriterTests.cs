using ClipGen.Models.Imaging;

namespace ClipGen.Models.Tests.Imaging;

public sealed class ImageWriterTests
{
    private static readonly KeyValuePair<string, string>[] Metadata = [new("prompt", "a lighthouse"), new("seed", "42")];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(256, 256)]
    public void Png_keeps_every_pixel(int width, int height)
    {
        var image = TestImages.Noise(width, height);

        var read = ImageReader.Decode(ImageWriter.Encode(image, ImageFileFormat.Png, Metadata));

        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(image.Pixels, read.Pixels);
    }

    [Theory]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Webp)]
    public void Jpeg_and_webp_come_back_near_the_original(ImageFileFormat format)
    {
        var image = TestImages.Reference("square_256");

        var read = ImageReader.Decode(ImageWriter.Encode(image, format));

        Assert.Equal((image.Width, image.Height), (read.Width, read.Height));
        Assert.InRange(image.Pixels.Zip(read.Pixels, (a, b) => Math.Abs(a - b)).Average(), 0, 4);
    }

    [Theory]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Webp)]
    public void Jpeg_and_webp_keep_a_smooth_image_within_a_few_levels(ImageFileFormat format)
    {
        var image = TestImages.Smooth(64, 48);

        var read = ImageReader.Decode(ImageWriter.Encode(image, format));

        Assert.InRange(image.Pixels.Zip(read.Pixels, (a, b) => Math.Abs(a - b)).Max(), 0, 16);
    }

    [Theory]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Webp)]
    public void Gives_the_same_bytes_every_time(ImageFileFormat format)
    {
        var image = TestImages.Reference("wide_256");
        var first = ImageWriter.Encode(image, format, Metadata);

        Parallel.For(0, 4, _ => Assert.Equal(first, ImageWriter.Encode(image, format, Metadata)));
    }

    [Theory]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Webp)]
    public void Jpeg_and_webp_leave_metadata_out(ImageFileFormat format)
    {
        var image = TestImages.Smooth(16, 16);

        Assert.Equal(ImageWriter.Encode(image, format), ImageWriter.Encode(image, format, Metadata));
    }

    [Fact]
    public void Refuses_an_image_whose_bytes_do_not_fit_its_size()
    {
        Assert.Throws<ArgumentException>(() => ImageWriter.Encode(new RgbImage(4, 4, new byte[47]), ImageFileFormat.Png));
        Assert.Throws<ArgumentException>(() => ImageWriter.Encode(new RgbImage(0, 0, []), ImageFileFormat.Png));
        Assert.Throws<ArgumentException>(() => ImageWriter.Encode(new RgbImage(-1, -1, new byte[3]), ImageFileFormat.Png));
    }

    [Fact]
    public void Refuses_an_unknown_format() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageWriter.Encode(TestImages.Smooth(2, 2), (ImageFileFormat)9));

    [Theory]
    [InlineData(65_501, ImageFileFormat.Jpeg)]
    [InlineData(16_384, ImageFileFormat.Webp)]
    public void Refuses_a_size_that_the_format_cannot_hold(int width, ImageFileFormat format)
    {
        var image = new RgbImage(width, 1, new byte[width * 3]);

        Assert.Contains($"{width}×1", Assert.Throws<ArgumentException>(() => ImageWriter.Encode(image, format)).Message);
        Assert.Equal(width - 1, ImageReader.Decode(ImageWriter.Encode(new RgbImage(width - 1, 1, new byte[(width - 1) * 3]), format)).Width);
    }
}
