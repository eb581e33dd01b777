using ClipGen.Models.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Imaging;

public sealed class PixelRangeTests
{
    private static readonly Goldens Goldens = new("image_goldens.safetensors");

    [Theory]
    [InlineData("landscape")]
    [InlineData("portrait")]
    [InlineData("wide")]
    [InlineData("square")]
    public void The_networks_see_the_originals_values(string name)
    {
        using var scope = NewDisposeScope();
        var preprocessor = new ImagePreprocessor();
        var crop = preprocessor.CropForVqgan(TestImages.Reference(name));

        var vqgan = PixelRange.ToTensor(crop, PixelNormalization.HalfHalf);
        var clip = PixelRange.ToTensor(preprocessor.ResizeForClip(crop), PixelNormalization.Clip);

        Assert.Equal([1, 3, 256, 256], vqgan.shape);
        Assert.Equal([1, 3, 224, 224], clip.shape);
        Near($"{name}.vqgan_patch", vqgan[0, .., 190..206, 60..76], 1e-6f);
        Near($"{name}.clip_patch", clip[0, .., 166..182, 52..68], 1e-6f);
        Near($"{name}.vqgan_mean", vqgan.mean([0, 2, 3]), 1e-5f);
        Near($"{name}.clip_mean", clip.mean([0, 2, 3]), 1e-5f);
    }

    [Fact]
    public void Every_byte_survives_the_way_there_and_back()
    {
        using var scope = NewDisposeScope();
        var image = new RgbImage(16, 16, [.. Enumerable.Range(0, 256).SelectMany(v => (byte[])[(byte)v, (byte)(255 - v), (byte)(v ^ 0x55)])]);

        var back = PixelRange.FromUnitRange(PixelRange.ToTensor(image, PixelNormalization.HalfHalf)[0]);

        Assert.Equal((16, 16), (back.Width, back.Height));
        Assert.Equal(image.Pixels, back.Pixels);
    }

    [Fact]
    public void Values_outside_the_range_are_clamped_and_halves_rounded_up()
    {
        using var scope = NewDisposeScope();
        // 0 is 127.5, and + 0.5 gives 128; 0.2 is 153 exactly.
        var pixels = tensor([-7f, -1f, 0f, 0.2f, 1f, 7f], [1, 2, 3]).expand(3, 2, 3);

        var image = PixelRange.FromUnitRange(pixels);

        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.Equal([0, 0, 128, 153, 255, 255], image.Pixels.Chunk(3).Select(p => p[2]));
    }

    [Fact]
    public void Takes_half_precision_and_tensors_that_require_gradients()
    {
        using var scope = NewDisposeScope();
        var pixels = rand([3, 4, 5]);

        Assert.Equal(PixelRange.FromUnitRange(pixels).Pixels, PixelRange.FromUnitRange(pixels.requires_grad_()).Pixels);
        Assert.Equal(60, PixelRange.FromUnitRange(pixels.to_type(ScalarType.Float16)).Pixels.Length);
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        using var made = PixelRange.ToTensor(TestImages.Noise(4, 4), PixelNormalization.Clip);
        PixelRange.FromUnitRange(made.flatten(0, 1));

        Assert.Equal(2, scope.DisposablesCount);   // made, and the flattened view above
    }

    [Fact]
    public void Refuses_other_shapes_and_types()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => PixelRange.FromUnitRange(zeros(1, 3, 4, 4)));
        Assert.Throws<ArgumentException>(() => PixelRange.FromUnitRange(zeros(4, 4, 3)));
        Assert.Throws<ArgumentException>(() => PixelRange.FromUnitRange(zeros([3, 4, 4], dtype: ScalarType.Byte)));
        Assert.Throws<ArgumentException>(() => PixelRange.ToTensor(new RgbImage(2, 2, new byte[13]), PixelNormalization.Clip));
    }

    [Fact]
    public void A_normalisation_has_three_channels_and_divides_by_no_zero()
    {
        Assert.Throws<ArgumentException>(() => new PixelNormalization([0, 0], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => new PixelNormalization([0, 0, 0], [1, 0, 1]));
        Assert.Throws<ArgumentException>(() => new PixelNormalization([0, 0, 0], [1, float.NaN, 1]));
    }

    private static void Near(string golden, Tensor actual, float tolerance)
    {
        Assert.Equal(Goldens.Shape(golden), actual.shape);
        var pairs = Goldens.Floats(golden).Zip(actual.contiguous().data<float>().ToArray());
        Assert.All(pairs, pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
