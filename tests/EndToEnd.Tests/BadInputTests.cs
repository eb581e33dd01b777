using ClipGen.Models.Imaging;

namespace ClipGen.EndToEnd.Tests;

public sealed class BadInputTests(RandomModel noise) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(2, "prompt is empty", "")]
    [InlineData(2, "prompt is empty", " \t ")]
    [InlineData(1, "There is no model 'nowhere'", "x", "--model", "nowhere")]
    [InlineData(2, "n is 9, but only 4 candidates are sampled", "x", "-n", "9", "--candidates", "4")]
    [InlineData(2, "candidates is 0; it must be 1 to 1024", "x", "--candidates", "0")]
    [InlineData(2, "top_k is 0; it must be 1 to 128", "x", "--top-k", "0")]
    [InlineData(2, "top_k is 129; it must be 1 to 128", "x", "--top-k", "129")]
    [InlineData(2, "top_p is 1.5; it must be 0 (greedy) to 1", "x", "--top-p", "1.5")]
    [InlineData(2, "temperature is -1; it must be 0 (greedy) or a positive number", "x", "--temperature", "-1")]
    [InlineData(2, "temperature is NaN", "x", "--temperature", "NaN")]
    [InlineData(2, "--seed is '-3'; it must be a whole number from 0", "x", "--seed", "-3")]
    [InlineData(2, "--candidates is 'many'; it must be a whole number", "x", "--candidates", "many")]
    [InlineData(2, "format is 'gif'; use png, jpeg or webp", "x", "--format", "gif")]
    [InlineData(2, "top_k is 0", "@home", "--top-k", "0")]
    [InlineData(1, "There is no device 'tpu'", "x", "--device", "tpu")]
    [InlineData(1, "is a file, not a folder", "x", "--out", "a-file")]
    [InlineData(1, "holds no bundle.json", "x", "--model", ".")]
    public async Task Is_refused_in_one_clear_line_and_leaves_nothing_behind(int exitCode, string says, string prompt, params string[] more)
    {
        File.WriteAllText(folder["a-file"], "");
        string[] model = more.Contains("--model") ? [] : ["--model", noise.Path];

        var outcome = await new Clipgen(folder.Path).RunAsync(["generate", prompt, .. more, .. model]);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.Equal(["a-file"], folder.Files());
    }

    [Theory]
    [InlineData(1, "--image 'nothing.png': there is no such file", "--image", "nothing.png")]
    [InlineData(1, "--image 'a-file' is empty; send a PNG, JPEG or WebP file", "--image", "a-file")]
    [InlineData(1, "--image 'text.png' is no PNG, JPEG or WebP image", "--image", "text.png")]
    [InlineData(1, "--image 'cut.png' cannot be decoded: The Png image is cut short", "--image", "cut.png")]
    [InlineData(1, "--image 'wide.png' has 4097×1 pixels; at most 4096×4096 are taken", "--image", "wide.png")]
    [InlineData(1, "--image '.'", "--image", ".")]
    [InlineData(2, "weights has 3 numbers, and there are 2 parts", "x", "--image", "good.png", "--weights", "1,2,3")]
    [InlineData(2, "weights has '0'; each must be a positive number", "x", "--image", "good.png", "--weights", "1,0")]
    [InlineData(2, "weights has 'half'", "--image", "good.png", "--weights", "half")]
    [InlineData(2, "prompts[0].text is empty", "", "--image", "good.png")]
    [InlineData(2, "prompts has 9 parts; it must have 1 to 8", "x", "-i", "good.png", "-i", "good.png", "-i", "good.png", "-i", "good.png", "-i", "good.png", "-i", "good.png", "-i", "good.png", "-i", "good.png")]
    public async Task An_image_that_cannot_be_a_prompt_is_refused_in_one_clear_line(int exitCode, string says, params string[] arguments)
    {
        byte[] good = Picture(40, 30);
        File.WriteAllBytes(folder["good.png"], good);
        File.WriteAllBytes(folder["cut.png"], good[..^40]);
        File.WriteAllBytes(folder["wide.png"], Picture(4097, 1));
        File.WriteAllText(folder["text.png"], "dear");
        File.WriteAllText(folder["a-file"], "");

        var outcome = await new Clipgen(folder.Path).RunAsync(["generate", .. arguments, "--model", noise.Path]);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
        Assert.Single(outcome.Errors.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(folder["out"]));
    }

    private static byte[] Picture(int width, int height) => ImageWriter.Encode(new(width, height, [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)(i * 7))]), ImageFileFormat.Png);

    [Fact]
    public async Task Everything_wrong_with_a_request_is_said_at_once()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync("generate", "", "--top-k", "0", "--temperature", "-1", "--model", noise.Path);
        Assert.Contains("prompt is empty", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("top_k is 0", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("temperature is -1", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_bundle_is_named_with_its_file()
    {
        string bundle = noise.CopyTo(folder["damaged"]);
        using (var file = File.OpenWrite(Path.Combine(bundle, "gpt.safetensors")))
        {
            file.Seek(-1, SeekOrigin.End);
            file.WriteByte(0xff);
        }
        var outcome = await new Clipgen(folder.Path).RunAsync("generate", "x", "--model", bundle);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("gpt.safetensors has another SHA-256 than the manifest says", outcome.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
        Assert.Equal(1, (await new Clipgen(folder.Path).RunAsync("model", "inspect", bundle)).ExitCode);
    }

    [Theory]
    [InlineData("generate")]
    [InlineData("generate", "x", "--nonsense")]
    [InlineData("frobnicate")]
    [InlineData("train", "gpt", "--steps", "0")]
    [InlineData("train", "vqgan", "--images", "no-such-folder")]
    [InlineData("train", "gpt", "--work", "empty")]
    [InlineData("eval", "shapes", "--prompts", "0")]
    [InlineData("model", "random", "--preset", "huge", "--out", "b")]
    [InlineData("model", "import", "--clip", "no", "--vqgan", "no", "--gpt", "no", "--vocab", "no", "--out", "b")]
    public async Task A_wrong_command_fails_with_a_line_and_no_stack(params string[] arguments)
    {
        var outcome = await new Clipgen(folder.Path).RunAsync(arguments);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.StartsWith("clipgen: ", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serving_other_machines_without_keys_is_refused()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync("serve", "--http", "0.0.0.0:0", "--port", "0");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("ClipGen:Auth:Keys is empty; add keys, or set ClipGen:Auth:AllowAnonymous", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_whose_device_gets_nowhere_ends_and_says_so()
    {
        var clipgen = new Clipgen(folder.Path) { Environment = { ["CLIPGEN__Simulation__EncodeTime"] = "3600", ["CLIPGEN__Devices__CheckTimeout"] = "00:00:01" } };
        var outcome = await clipgen.RunAsync("serve", "--http", "127.0.0.1:0", "--port", "0", "--devices", "sim:1");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("sim:0 has not computed the known answer of the model sim within 1 s (ClipGen:Devices:CheckTimeout).", outcome.Output + outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_refuses_a_folder_of_other_things_before_it_begins()
    {
        Directory.CreateDirectory(folder["mine"]);
        File.WriteAllText(folder["mine/letter.txt"], "dear");
        var outcome = await new Clipgen(folder.Path).RunAsync("train", "shapes", "--quick", "--out", "mine");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("holds other files and no bundle", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(["mine/letter.txt"], folder.Files());
    }

    public void Dispose() => folder.Dispose();
}
