using System.Text.Json;
using ClipGen.Models.Imaging;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Recipes;
using ClipGen.Training.Shapes;

namespace ClipGen.EndToEnd.Tests;

public sealed class TrainingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Train_shapes_writes_a_bundle_that_generate_and_eval_take()
    {
        var clipgen = new Clipgen(folder.Path);
        await clipgen.SucceedAsync("train", "shapes", "--quick", "--work", "work", "--out", "bundle");
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(folder["bundle/bundle.json"]));
        var provenance = manifest.RootElement.GetProperty("provenance");
        Assert.Contains("train shapes --quick", provenance.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.True(provenance.GetProperty("final_losses").GetProperty("gpt").GetProperty("cross_entropy").GetDouble() > 0);

        await clipgen.SucceedAsync("generate", "a red circle", "--model", "bundle");
        Assert.Single(Directory.GetFiles(folder["out"], "*.png"));
        string table = await clipgen.SucceedAsync("eval", "shapes", "--model", "bundle", "--prompts", "4", "--candidates", "2");
        Assert.Contains("best of 2 by CLIP", table, StringComparison.Ordinal);
        Assert.Contains("combinations never seen", table, StringComparison.Ordinal);

        // Once more: everything is there already, and the same bundle comes out.
        byte[] first = File.ReadAllBytes(folder["bundle/gpt.safetensors"]);
        await clipgen.SucceedAsync("train", "shapes", "--quick", "--work", "work", "--out", "bundle");
        Assert.Equal(first, File.ReadAllBytes(folder["bundle/gpt.safetensors"]));
    }

    [Fact]
    public async Task The_three_trainings_work_on_a_folder_of_own_images()
    {
        var data = ShapesModel.Data(TrainingRecipe.Shapes);
        Directory.CreateDirectory(folder["pictures/more"]);
        var captions = new List<string>();
        for (int i = 0; i < 12; i++)
        {
            string name = i % 2 == 0 ? $"{i}.png" : $"more/{i}.jpg";
            var (image, caption) = data.Pair(i);
            File.WriteAllBytes(folder["pictures/" + name], ImageWriter.Encode(image, i % 2 == 0 ? ImageFileFormat.Png : ImageFileFormat.Jpeg));
            captions.Add($"{name}\t{caption}");
        }
        File.WriteAllLines(folder["pictures/captions.tsv"], captions);

        var clipgen = new Clipgen(folder.Path);
        foreach (string network in new[] { "clip", "vqgan", "gpt" })
            await clipgen.SucceedAsync("train", network, "--quick", "--images", "pictures", "--work", "work");
        Assert.All(new[] { "clip.safetensors", "vqgan.safetensors", "gpt.safetensors", "vocabulary.bpe" }, file => Assert.True(File.Exists(folder["work/" + file]), file));

        await clipgen.SucceedAsync(
            "model", "import", "--clip", "work/clip.safetensors", "--vqgan", "work/vqgan.safetensors", "--gpt", "work/gpt.safetensors", "--vocab", "work/vocabulary.bpe",
            "--out", "bundle", "--text-heads", "4", "--gpt-heads", "5", "--norm-groups", "4");
        await clipgen.SucceedAsync("generate", "a ring", "--model", "bundle", "--candidates", "1");
    }

    public void Dispose() => folder.Dispose();
}
