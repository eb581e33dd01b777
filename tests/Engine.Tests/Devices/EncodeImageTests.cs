using ClipGen.Models.Clip;
using ClipGen.Models.Imaging;
using static TorchSharp.torch;

namespace ClipGen.Engine.Tests.Devices;

public sealed class EncodeImageTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(16, 16)]
    [InlineData(40, 23)]
    [InlineData(300, 1)]
    public async Task An_image_becomes_the_embedding_that_training_gives_it(int width, int height)
    {
        byte[] file = ImageWriter.Encode(Noise(width, height), ImageFileFormat.Png);
        await using var engine = await TinyModel.StartAsync(model.Sound);

        var encoded = await engine.EncodeImageAsync(file, Stop);

        Assert.Equal(Trained(file), encoded.Vector, (a, b) => Math.Abs(a - b) < 1e-6f);
        Assert.Equal(1, Math.Sqrt(encoded.Vector.Sum(v => (double)v * v)), 1e-5);
        Assert.Equal((0, false), (encoded.Tokens, encoded.Truncated));
        Assert.True(encoded.DeviceSeconds > 0);
    }

    [Fact]
    public async Task It_is_the_same_to_the_last_bit_whatever_runs_beside_it()
    {
        byte[] file = ImageWriter.Encode(Noise(31, 20), ImageFileFormat.Png);
        await using var engine = await TinyModel.StartAsync(model.Sound, threads: 1);
        var alone = await engine.EncodeImageAsync(file, Stop);
        await using var other = await TinyModel.StartAsync(model.Sound, threads: 2);
        var sampling = Task.WhenAll(Enumerable.Range(0, 4).Select(i => other.SampleAsync(model.Job(i), null, Stop)));

        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => other.EncodeImageAsync(file, Stop)));

        Assert.All(together, encoded => Assert.Equal(alone.Vector, encoded.Vector));
        await sampling;
    }

    [Fact]
    public async Task What_is_no_image_is_said_to_be_none_and_harms_nothing()
    {
        byte[] file = ImageWriter.Encode(Noise(31, 20), ImageFileFormat.Png);
        await using var engine = await TinyModel.StartAsync(model.Sound);

        await Assert.ThrowsAsync<InvalidDataException>(() => engine.EncodeImageAsync([], Stop));
        await Assert.ThrowsAsync<InvalidDataException>(() => engine.EncodeImageAsync([1, 2, 3], Stop));
        await Assert.ThrowsAsync<InvalidDataException>(() => engine.EncodeImageAsync(file[..(file.Length / 2)], Stop));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.EncodeImageAsync(file, new CancellationToken(canceled: true)));

        Assert.Equal(16, (await engine.EncodeImageAsync(file, Stop)).Vector.Length);
    }

    /// <summary>As <c>CodeDataset</c> makes the conditions that GPT is trained on: written out here, from Models alone.</summary>
    private float[] Trained(byte[] file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var clip = model.Sound.LoadClip(CPU);
        var preprocessor = new ImagePreprocessor(model.Sound.Manifest.Vqgan.Resolution, clip.Config.ImageSize);
        var image = preprocessor.ResizeForClip(preprocessor.CropForVqgan(ImageReader.Decode(file)));
        var unit = tensor(image.Pixels, [1, image.Height, image.Width, 3], dtype: uint8).permute(0, 3, 1, 2).to_type(float32) / 255;
        return Clip.Normalize(clip.encode_image(ClipInput.FromUnit(unit))).data<float>().ToArray();
    }

    private static RgbImage Noise(int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        new Random(1).NextBytes(pixels);
        return new(width, height, pixels);
    }
}
