using ClipGen.Models.Imaging;
using SkiaSharp;

namespace ClipGen.Models.Tests.Imaging;

public sealed class ImageReaderTests
{
    private readonly Goldens _goldens = new("image_goldens.safetensors");

    [Theory]
    [InlineData("rgba")]
    [InlineData("gray")]
    public void Converts_to_rgb_as_PIL_does(string name)
    {
        var image = TestImages.Reference(name);

        Assert.Equal([image.Height, image.Width, 3], _goldens.Shape($"{name}.rgb"));
        Assert.Equal(_goldens.Bytes($"{name}.rgb"), image.Pixels);
    }

    [Fact]
    public void Converts_no_colours_whatever_gamma_the_file_declares()
    {
        var png = File.ReadAllBytes(Repository.Reference("image_landscape.png"));
        var linear = TestImages.WithChunk(png, "gAMA", [0x00, 0x01, 0x86, 0xa0]);

        Assert.Equal(ImageReader.Decode(png).Pixels, ImageReader.Decode(linear).Pixels);
    }

    [Fact]
    public void Converts_no_colours_whatever_profile_the_file_carries()
    {
        var image = TestImages.Noise(9, 5);
        var rgba = image.Pixels.Chunk(3).SelectMany(p => (byte[])[.. p, 255]).ToArray();
        using var wide = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Linear, SKColorSpaceXyz.AdobeRgb);
        using var skia = SKImage.FromPixelCopy(new SKImageInfo(9, 5, SKColorType.Rgba8888, SKAlphaType.Opaque, wide), rgba);
        var png = skia.Encode(SKEncodedImageFormat.Png, 100).ToArray();

        Assert.True(png.AsSpan().IndexOf("iCCP"u8) > 0);
        Assert.Equal(image.Pixels, ImageReader.Decode(png).Pixels);
    }

    [Fact]
    public void Keeps_the_colour_of_transparent_webp_pixels()
    {
        byte[] rgba = [200, 100, 50, 255, 200, 100, 50, 128, 10, 20, 30, 1, 40, 50, 60, 255];
        using var skia = SKImage.FromPixelCopy(new SKImageInfo(2, 2, SKColorType.Rgba8888, SKAlphaType.Unpremul), rgba);
        using var pixmap = skia.PeekPixels()!;
        var webp = pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 20))!.ToArray();

        Assert.Equal([200, 100, 50, 200, 100, 50, 10, 20, 30, 40, 50, 60], ImageReader.Decode(webp).Pixels);
    }

    [Fact]
    public void Refuses_what_is_no_image()
    {
        Assert.Contains("empty", Assert.Throws<InvalidDataException>(() => ImageReader.Decode([])).Message);
        Assert.Contains("Not a PNG, JPEG or WebP", Assert.Throws<InvalidDataException>(() => ImageReader.Decode("GIF89a......"u8)).Message);
    }

    [Fact]
    public void Names_the_file_that_is_bad()
    {
        var path = Repository.Reference("config.json");

        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => ImageReader.Read(path)).Message);
    }

    [Theory]
    [InlineData(60_000, 60_000)]
    [InlineData(8_001, 8_000)]
    [InlineData(0x7fffffff, 0x7fffffff)]
    [InlineData(1, 0x7fffffff)]
    public void Refuses_a_huge_image_before_setting_memory_aside(uint width, uint height)
    {
        var png = TestImages.PngClaiming(width, height);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => ImageReader.Decode(png));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Says_the_size_of_an_image_that_is_too_large()
    {
        var message = Assert.Throws<InvalidDataException>(() => ImageReader.Decode(TestImages.PngClaiming(60_000, 60_000))).Message;

        Assert.Contains("60000×60000", message);
        Assert.Contains("64000000", message);
    }

    [Fact]
    public void Accepts_as_many_pixels_as_the_caller_allows()
    {
        var png = ImageWriter.Encode(TestImages.Noise(10, 10), ImageFileFormat.Png);

        Assert.Equal(10, ImageReader.Decode(png, maxPixels: 100).Width);
        Assert.Throws<InvalidDataException>(() => ImageReader.Decode(png, maxPixels: 99));
    }
}
