using ClipGen.Models.Imaging;
using ClipGen.Training.Data;

namespace ClipGen.Training.Tests.Data;

public sealed class FolderDatasetTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("clipgen-").FullName;

    [Fact]
    public void Every_epoch_shows_every_image_once_in_another_order()
    {
        for (byte i = 0; i < 10; i++) Write($"{i}.png", 20, 20, i);
        var data = new FolderDataset(folder, 16, seed: 3, needCaptions: false);
        var first = Enumerable.Range(0, 10).Select(i => data.Image(i).Pixels[0]).ToArray();
        var second = Enumerable.Range(10, 10).Select(i => data.Image(i).Pixels[0]).ToArray();
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)i), first.Order());
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)i), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, Enumerable.Range(0, 10).Select(i => new FolderDataset(folder, 16, 3, false).Image(i).Pixels[0]));
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(40, 17)]
    [InlineData(9, 300)]
    public void Images_of_any_size_become_squares_of_the_side(int width, int height)
    {
        Write("a.png", width, height, 9);
        var image = new FolderDataset(folder, 16, 1, false).Image(5);
        Assert.Equal((16, 16, 16 * 16 * 3), (image.Width, image.Height, image.Pixels.Length));
        Assert.All(image.Pixels, pixel => Assert.Equal(9, pixel));
    }

    [Fact]
    public void Captions_come_from_the_list_and_images_without_one_stay_out()
    {
        Write("a.png", 20, 20, 1);
        Write("b.png", 20, 20, 2);
        File.WriteAllText(Path.Combine(folder, FolderDataset.CaptionsFile), "a.png\tone\na.png\tuno\n");
        var data = new FolderDataset(folder, 16, 1, needCaptions: true);
        var captions = Enumerable.Range(0, 50).Select(i => data.Pair(i)).ToArray();
        Assert.All(captions, pair => Assert.Equal(1, pair.Image.Pixels[0]));
        Assert.Equal(["one", "uno"], captions.Select(pair => pair.Caption).Distinct().Order());
    }

    [Fact]
    public void Says_what_is_missing()
    {
        Assert.Contains("no folder", Assert.Throws<InvalidDataException>(() => new FolderDataset(Path.Combine(folder, "no"), 16, 1, false)).Message, StringComparison.Ordinal);
        Assert.Contains("holds no image", Assert.Throws<InvalidDataException>(() => new FolderDataset(folder, 16, 1, false)).Message, StringComparison.Ordinal);
        Write("a.png", 20, 20, 1);
        Assert.Contains("captions.tsv", Assert.Throws<InvalidDataException>(() => new FolderDataset(folder, 16, 1, true)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, FolderDataset.CaptionsFile), "a.png\tfine\nno tab\n");
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => new FolderDataset(folder, 16, 1, true)).Message, StringComparison.Ordinal);
    }

    private void Write(string name, int width, int height, byte value) =>
        File.WriteAllBytes(Path.Combine(folder, name), ImageWriter.Encode(new(width, height, [.. Enumerable.Repeat(value, width * height * 3)]), ImageFileFormat.Png));

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
