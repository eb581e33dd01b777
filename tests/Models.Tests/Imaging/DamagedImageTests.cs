using ClipGen.Models.Imaging;

namespace ClipGen.Models.Tests.Imaging;

/// <summary>Whatever happened to a file, reading it ends in an image of its size or in InvalidDataException.</summary>
public sealed class DamagedImageTests
{
    private readonly RgbImage _image = TestImages.Noise(24, 16);

    [Theory]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Webp)]
    public void A_file_cut_anywhere_is_read_or_refused(ImageFileFormat format)
    {
        var bytes = ImageWriter.Encode(_image, format);
        for (var length = 0; length < bytes.Length; length++) ReadOrRefuse(bytes[..length]);
    }

    [Theory]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Webp)]
    public void A_file_cut_in_half_is_refused_as_cut_short(ImageFileFormat format)
    {
        var bytes = ImageWriter.Encode(_image, format);

        var message = Assert.Throws<InvalidDataException>(() => ImageReader.Decode(bytes.AsSpan(0, bytes.Length / 2))).Message;
        Assert.Contains("cut short", message);
    }

    [Theory]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Webp)]
    public void A_file_with_a_wrong_byte_is_read_or_refused(ImageFileFormat format)
    {
        var bytes = ImageWriter.Encode(_image, format);
        for (var at = 0; at < bytes.Length; at++)
        {
            foreach (var mask in (byte[])[0xff, 0x01])
            {
                var damaged = (byte[])bytes.Clone();
                damaged[at] ^= mask;
                ReadOrRefuse(damaged);
            }
        }
    }

    [Fact]
    public void A_png_with_a_wrong_byte_is_never_read_as_another_image()
    {
        var bytes = ImageWriter.Encode(_image, ImageFileFormat.Png);
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x04;
            if (ReadOrRefuse(damaged) is { } image) Assert.Equal(_image.Pixels, image.Pixels);
        }
    }

    [Fact]
    public void A_file_of_noise_after_a_good_beginning_is_read_or_refused()
    {
        var random = new Random(7);
        foreach (var format in Enum.GetValues<ImageFileFormat>())
        {
            var bytes = ImageWriter.Encode(_image, format);
            for (var start = 12; start < 80; start++)
            {
                var damaged = (byte[])bytes.Clone();
                random.NextBytes(damaged.AsSpan(start));
                ReadOrRefuse(damaged);
            }
        }
    }

    private static RgbImage? ReadOrRefuse(byte[] bytes)
    {
        try
        {
            var image = ImageReader.Decode(bytes, maxPixels: 4_000_000);
            Assert.Equal(image.Width * image.Height * 3, image.Pixels.Length);
            return image;
        }
        catch (InvalidDataException e)
        {
            Assert.NotEmpty(e.Message);
            return null;
        }
    }
}
