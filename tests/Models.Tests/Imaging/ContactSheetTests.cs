using ClipGen.Models.Imaging;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Imaging;

public sealed class ContactSheetTests
{
    private static readonly Goldens Ops = new("ops.safetensors");

    /// <summary>A sheet only moves values, and its padding is 0 in floats as in bytes: so each of a float's four bytes must land where the float does.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(3)]
    [InlineData(1)]
    public void Lays_images_out_as_make_grid_does(int count)
    {
        var images = Ops.Floats("grid_in");
        var imageSize = 3 * 4 * 6;
        for (var part = 0; part < 4; part++)
        {
            var sheet = ContactSheet.Compose([.. Enumerable.Range(0, count).Select(i => ByteImage(images.AsSpan(i * imageSize, imageSize), 6, 4, part))]);

            var shape = Ops.Shape($"grid_{count}");
            var expected = ByteImage(Ops.Floats($"grid_{count}"), (int)shape[2], (int)shape[1], part);
            Assert.Equal((expected.Width, expected.Height), (sheet.Width, sheet.Height));
            Assert.Equal(expected.Pixels, sheet.Pixels);
        }
    }

    [Fact]
    public void Shows_decoded_pixels_as_the_original_saves_them()
    {
        var pipeline = new Goldens("pipeline.safetensors");
        using var scope = NewDisposeScope();
        var pixels = tensor(pipeline.Floats("pixels"), pipeline.Shape("pixels"));   // [5, 3, 32, 32]

        var sheet = ContactSheet.Compose([.. pipeline.Integers("order").Select(i => PixelRange.FromUnitRange(pixels[i]))]);

        Assert.Equal((138, 70), (sheet.Width, sheet.Height));
        var grid = tensor(pipeline.Floats("grid"), [3, 70, 138]);
        var expected = grid.mul(255).add(0.5).clamp(0, 255).to_type(uint8).permute(1, 2, 0).contiguous().data<byte>().ToArray();
        Assert.Equal(expected, sheet.Pixels);
    }

    [Fact]
    public void Takes_other_columns_and_padding()
    {
        var images = Enumerable.Range(1, 4).Select(i => new RgbImage(1, 1, [(byte)i, (byte)i, (byte)i])).ToArray();

        var sheet = ContactSheet.Compose(images, columns: 2, padding: 1);

        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0, 0], sheet.Pixels.Chunk(3).Select(p => p[0]));
        Assert.Equal([1, 2, 3, 4], ContactSheet.Compose(images, columns: 9, padding: 0).Pixels.Chunk(3).Select(p => p[0]));
    }

    [Fact]
    public void Refuses_what_makes_no_sheet()
    {
        Assert.Throws<ArgumentException>(() => ContactSheet.Compose([]));
        Assert.Throws<ArgumentException>(() => ContactSheet.Compose([TestImages.Noise(2, 3), TestImages.Noise(3, 2)]));
        Assert.Throws<ArgumentException>(() => ContactSheet.Compose([new RgbImage(2, 2, [])]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContactSheet.Compose([TestImages.Noise(2, 2)], columns: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContactSheet.Compose([TestImages.Noise(2, 2)], padding: -1));
    }

    private static RgbImage ByteImage(ReadOnlySpan<float> chw, int width, int height, int part)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = BitConverter.GetBytes(chw[i % 3 * width * height + i / 3])[part];
        return new RgbImage(width, height, pixels);
    }
}
