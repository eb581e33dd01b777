using System.Text.Json;
using ClipGen.Models.Imaging;

namespace ClipGen.EndToEnd.Tests;

/// <summary>Pictures that are looked into, decoded again and drawn again from their files alone.</summary>
public sealed class InspectTests(RandomModel noise) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private Clipgen Clipgen => new(folder.Path);

    private async Task<string> DrawAsync(params string[] more)
    {
        await Clipgen.SucceedAsync(["generate", "a ring, näkyvä 環", "--model", noise.Path, "--candidates", "3", "--seed", "3", "--top-k", "100", "--out", "first", .. more]);
        return Directory.GetFiles(folder["first"]).First(file => !file.EndsWith(".json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_picture_tells_how_it_was_drawn_and_is_what_its_codes_say()
    {
        string file = await DrawAsync();

        string text = await Clipgen.SucceedAsync("inspect", file, "--verify", "--model", noise.Path);
        using var json = JsonDocument.Parse(await Clipgen.SucceedAsync("inspect", file, "--json"));

        Assert.Contains("prompt      a ring, näkyvä 環\n", text, StringComparison.Ordinal);
        Assert.Contains("sampling    top-k 100, top-p 0.95, temperature 1\n", text, StringComparison.Ordinal);
        Assert.Contains("give every pixel as it is", text, StringComparison.Ordinal);
        var root = json.RootElement;
        Assert.Equal((3u, 3, 1, "noise", 64), (root.GetProperty("seed").GetUInt64(), root.GetProperty("candidates").GetInt32(), root.GetProperty("n").GetInt32(), root.GetProperty("model").GetString(), root.GetProperty("width").GetInt32()));
        Assert.Equal(256, root.GetProperty("codes").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("verified").ValueKind);
    }

    [Fact]
    public async Task A_changed_pixel_is_found()
    {
        string file = await DrawAsync();
        byte[] png = File.ReadAllBytes(file);
        var picture = ImageReader.Decode(png);
        picture.Pixels[100] ^= 7;
        File.WriteAllBytes(folder["changed.png"], ImageWriter.Encode(picture, ImageFileFormat.Png, PngMetadata.Read(png)));

        var outcome = await Clipgen.RunAsync("inspect", "changed.png", "--verify", "--model", noise.Path, "--json");

        Assert.Equal((1, "clipgen: changed.png is not what its codes decode to.\n"), (outcome.ExitCode, outcome.Errors));
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.Equal(1, json.RootElement.GetProperty("verified").GetProperty("different_pixels").GetInt32());
    }

    [Fact]
    public async Task A_picture_is_drawn_again_from_its_file_alone()
    {
        string file = await DrawAsync("-n", "2");

        string text = await Clipgen.SucceedAsync("generate", "--from", file, "--model", noise.Path, "--out", "again");
        using var other = JsonDocument.Parse(await Clipgen.SucceedAsync("generate", "--from", file, "--model", noise.Path, "--out", "other", "--seed", "4", "--json"));

        Assert.Contains($"the same bytes as {file}\n", text, StringComparison.Ordinal);
        string[] names = [.. Directory.GetFiles(folder["first"]).Select(name => Path.GetFileName(name)).Order(StringComparer.Ordinal)];
        Assert.Equal(names, Directory.GetFiles(folder["again"]).Select(name => Path.GetFileName(name)).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(Path.Combine(folder["first"], name)), File.ReadAllBytes(Path.Combine(folder["again"], name))));
        var from = other.RootElement.GetProperty("from");
        Assert.Equal((false, false), (from.GetProperty("same_request").GetBoolean(), from.GetProperty("same_bytes").GetBoolean()));
        Assert.Equal(4u, other.RootElement.GetProperty("seed").GetUInt64());
    }

    [Fact]
    public async Task What_is_no_picture_of_ours_or_damaged_is_refused_in_one_clear_line()
    {
        string jpeg = await DrawAsync("--format", "jpeg");
        var again = await Clipgen.RunAsync("generate", "--from", jpeg, "--model", noise.Path);
        Assert.Equal((1, ""), (again.ExitCode, again.Output));
        Assert.Contains("is no PNG", again.Errors, StringComparison.Ordinal);
        await Clipgen.SucceedAsync("generate", "x", "--model", noise.Path, "--candidates", "1", "--out", "bare", "--no-metadata");
        string png = Directory.GetFiles(folder["bare"], "*.png").Single();
        File.WriteAllBytes(folder["cut.png"], File.ReadAllBytes(png)[..^20]);
        File.WriteAllText(folder["text.png"], "no picture");
        File.WriteAllBytes(folder["empty.png"], []);
        foreach (var (file, says) in new[]
        {
            (jpeg, "is no PNG, and other pictures do not tell their origin"),
            (png, "does not tell its origin"),
            (folder["cut.png"], "cut short"),
            (folder["text.png"], "Not a PNG, JPEG or WebP image"),
            (folder["empty.png"], "The image is empty"),
            (folder["nowhere.png"], "nowhere.png"),
            (folder.Path, "is a folder"),
        })
        {
            var outcome = await Clipgen.RunAsync("inspect", file);
            Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
            Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
            Assert.Equal(1, outcome.Errors.Count(c => c == '\n'));
        }
    }

    [Fact]
    public async Task Another_model_than_the_pictures_does_not_verify_it()
    {
        string file = await DrawAsync();
        var outcome = await Clipgen.RunAsync("inspect", file, "--verify", "--model", "shapes");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("is another one", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await Clipgen.RunAsync("generate", "--model", noise.Path)).ExitCode);
        Assert.Equal(2, (await Clipgen.RunAsync("inspect", file, "--model", noise.Path)).ExitCode);
    }

    public void Dispose() => folder.Dispose();
}
