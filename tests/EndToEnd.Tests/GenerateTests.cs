using System.Text.Json;
using ClipGen.Models.Imaging;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Shapes.Evaluation;

namespace ClipGen.EndToEnd.Tests;

public sealed class GenerateTests(RandomModel noise) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Draws_what_the_prompt_of_the_readme_says()
    {
        string text = await new Clipgen(folder.Path).SucceedAsync("generate", "a large red circle on a white background", "--seed", "1");

        string file = Assert.Single(Directory.GetFiles(folder["out"], "*.png"));
        Assert.Contains(Path.GetFileName(file), text, StringComparison.Ordinal);
        Assert.Contains("seed 1  CLIP score 0.", text, StringComparison.Ordinal);
        Assert.Matches(@"start \d+\.\d\d s, encode .* s, sample .* s, decode and rank .* s, store .* s; in all", text);
        var seen = ShapesJudge.Measure(ImageReader.Read(file));
        Assert.Equal(new(ShapeBackground.White, ShapeColour.Red, ShapeKind.Circle, ShapeSize.Large, seen.Position), seen);
    }

    [Fact]
    public async Task The_same_command_with_the_same_seed_writes_the_same_bytes()
    {
        string[] command = ["generate", "a ring", "--model", noise.Path, "--seed", "5", "-n", "3", "--grid"];
        var clipgen = new Clipgen(folder.Path);
        await clipgen.SucceedAsync([.. command, "--out", "one"]);
        await clipgen.SucceedAsync([.. command, "--out", "two"]);

        string[] names = [.. Directory.GetFiles(folder["one"]).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal(5, names.Length); // three images, the sheet, the manifest
        Assert.Equal(names, Directory.GetFiles(folder["two"]).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(Path.Combine(folder["one"], name)), File.ReadAllBytes(Path.Combine(folder["two"], name))));
    }

    [Fact]
    public async Task An_image_as_the_prompt_is_drawn_again_in_another_way()
    {
        var clipgen = new Clipgen(folder.Path);
        await clipgen.SucceedAsync("generate", "a large red circle on a white background", "--seed", "1", "--out", "first");
        string picture = Assert.Single(Directory.GetFiles(folder["first"], "*.png"));

        string[] command = ["generate", "--image", picture, "--seed", "5"];
        await clipgen.SucceedAsync([.. command, "--out", "varied"]);
        await clipgen.SucceedAsync([.. command, "--out", "again"]);

        string file = Assert.Single(Directory.GetFiles(folder["varied"], "variation-of-*.png"));
        var seen = ShapesJudge.Measure(ImageReader.Read(file));
        Assert.Equal((ShapeBackground.White, ShapeColour.Red, ShapeKind.Circle), (seen.Background, seen.Colour, seen.Shape));
        Assert.NotEqual(ImageReader.Read(picture).Pixels, ImageReader.Read(file).Pixels);
        Assert.All(Directory.GetFiles(folder["varied"]), made => Assert.Equal(File.ReadAllBytes(made), File.ReadAllBytes(Path.Combine(folder["again"], Path.GetFileName(made)))));
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(picture)));
        Assert.Contains(PngMetadata.Read(File.ReadAllBytes(file)), entry => entry.Key == "clipgen:prompts" && entry.Value.Contains(hash, StringComparison.Ordinal));
        Assert.True(File.Exists(folder[$"varied/prompt-{hash}.png"]));
    }

    [Fact]
    public async Task A_blend_is_weighed_and_told()
    {
        string square = folder["square.png"];
        byte[] pixels = new byte[64 * 64 * 3];
        File.WriteAllBytes(square, ImageWriter.Encode(new(64, 64, pixels), ImageFileFormat.Png));
        string[] command = ["generate", "a ring", "--image", square, "--image", square, "--model", noise.Path, "--candidates", "1", "--seed", "3", "--json"];
        var clipgen = new Clipgen(folder.Path);
        using var weighed = JsonDocument.Parse(await clipgen.SucceedAsync([.. command, "--weights", "0.6,0.3,0.1", "--out", "weighed"]));
        using var equal = JsonDocument.Parse(await clipgen.SucceedAsync([.. command, "--out", "equal"]));

        Assert.Equal([0.6, 0.3, 0.1], weighed.RootElement.GetProperty("prompts").EnumerateArray().Select(part => part.GetProperty("weight").GetDouble()));
        Assert.Equal("a ring", equal.RootElement.GetProperty("prompts")[0].GetProperty("text").GetString());
        Assert.NotEqual(Codes(weighed), Codes(equal));

        static string? Codes(JsonDocument document) => document.RootElement.GetProperty("images")[0].GetProperty("codes_sha256").GetString();
    }

    [Fact]
    public async Task Without_a_seed_one_is_drawn_and_printed_and_repeats_the_picture()
    {
        var clipgen = new Clipgen(folder.Path);
        using var first = JsonDocument.Parse(await clipgen.SucceedAsync("generate", "x", "--model", noise.Path, "--candidates", "2", "--json", "--out", "one"));
        using var second = JsonDocument.Parse(await clipgen.SucceedAsync("generate", "x", "--model", noise.Path, "--candidates", "2", "--json", "--out", "two"));
        ulong seed = first.RootElement.GetProperty("seed").GetUInt64();
        Assert.NotEqual(seed, second.RootElement.GetProperty("seed").GetUInt64());

        using var again = JsonDocument.Parse(await clipgen.SucceedAsync("generate", "x", "--model", noise.Path, "--candidates", "2", "--json", "--out", "three", "--seed", $"{seed}"));
        Assert.Equal(Image(first).GetProperty("sha256").GetString(), Image(again).GetProperty("sha256").GetString());
        Assert.NotEqual(Image(first).GetProperty("codes_sha256").GetString(), Image(second).GetProperty("codes_sha256").GetString());

        static JsonElement Image(JsonDocument document) => document.RootElement.GetProperty("images")[0];
    }

    [Fact]
    public async Task Json_describes_the_files_that_were_written()
    {
        using var json = JsonDocument.Parse(await new Clipgen(folder.Path).SucceedAsync(
            "generate", "a small blue square", "--model", noise.Path, "--candidates", "5", "-n", "2", "--seed", "9", "--format", "webp", "--grid", "--json", "--out", "here"));
        var root = json.RootElement;
        var images = root.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(2, images.Length);
        Assert.Equal(5, root.GetProperty("candidate_scores").GetArrayLength());
        Assert.True(images[0].GetProperty("clip_score").GetDouble() >= images[1].GetProperty("clip_score").GetDouble());
        Assert.Equal(root.GetProperty("candidate_scores").EnumerateArray().Max(score => score.GetDouble()), images[0].GetProperty("clip_score").GetDouble());
        Assert.All(images, image =>
        {
            byte[] file = File.ReadAllBytes(image.GetProperty("path").GetString()!);
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)), image.GetProperty("sha256").GetString());
            var picture = ImageReader.Decode(file);
            Assert.Equal((64, 64), (picture.Width, picture.Height));
        });
        var sheet = ImageReader.Read(root.GetProperty("grid").GetString()!);
        Assert.Equal((2 * 66 + 2, 68), (sheet.Width, sheet.Height));
        Assert.True(File.Exists(root.GetProperty("manifest").GetString()));
    }

    [Fact]
    public async Task A_png_tells_how_it_was_made_unless_that_is_switched_off()
    {
        var clipgen = new Clipgen(folder.Path);
        await clipgen.SucceedAsync("generate", "a ring, näkyvä 環", "--model", noise.Path, "--candidates", "1", "--seed", "3", "--out", "with");
        await clipgen.SucceedAsync("generate", "a ring, näkyvä 環", "--model", noise.Path, "--candidates", "1", "--seed", "3", "--out", "without", "--no-metadata");
        var with = Metadata("with");
        Assert.Contains(with, entry => entry.Value == "a ring, näkyvä 環");
        Assert.Contains(with, entry => entry.Value == "3");
        Assert.Empty(Metadata("without"));

        IReadOnlyList<KeyValuePair<string, string>> Metadata(string name) => PngMetadata.Read(File.ReadAllBytes(Directory.GetFiles(folder[name], "*.png").Single()));
    }

    [Fact]
    public async Task Long_prompts_are_said_to_be_cut_and_quirks_change_the_picture()
    {
        string prompt = string.Join(' ', Enumerable.Repeat("circle", 100));
        var clipgen = new Clipgen(folder.Path);
        string text = await clipgen.SucceedAsync("generate", prompt, "--model", noise.Path, "--candidates", "1", "--seed", "3", "--out", "right");
        Assert.Contains("longer than the model reads", text, StringComparison.Ordinal);
        await clipgen.SucceedAsync("generate", prompt, "--model", noise.Path, "--candidates", "1", "--seed", "3", "--out", "quirks", "--reference-quirks");
        Assert.NotEqual(Pixels("right"), Pixels("quirks"));

        byte[] Pixels(string name) => ImageReader.Read(Directory.GetFiles(folder[name], "*.png").Single()).Pixels;
    }

    public void Dispose() => folder.Dispose();
}
