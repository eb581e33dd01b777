using System.Text;
using System.Text.Json;
using ClipGen.Cli.Terminal;
using ClipGen.Models.Bundles;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Tokenization;
using ClipGen.Models.Vqgan;
using ClipGen.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Cli.Models;

/// <summary>Carries out <c>clipgen model random</c>.</summary>
internal static class RandomBundle
{
    /// <summary>Symbols of a byte-level vocabulary before any merge: 256 bytes, each also as a word's end, and two special tokens.</summary>
    private const int SymbolsWithoutMerges = 514;

    public static Task<int> RunAsync(string preset, string folder, long seed, bool half, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var recipe = preset switch { "coco" => TrainingRecipe.Coco, "shapes" => TrainingRecipe.Shapes, _ => throw new CommandException($"There is no preset '{preset}'; use coco or shapes.") };
            int vocabSize = recipe.ClipConfig.VocabSize > 0 ? recipe.ClipConfig.VocabSize : SymbolsWithoutMerges;
            using var line = new StatusLine();
            line.Show("drawing random weights …");
            random.manual_seed(seed);
            using var _ = no_grad();
            using var clip = new Clip(recipe.ClipConfig with { VocabSize = vocabSize });
            cancellationToken.ThrowIfCancellationRequested();
            using var gpt = new Gpt(recipe.GptConfig);
            cancellationToken.ThrowIfCancellationRequested();
            using var vqgan = new Vqgan(recipe.VqganConfig with { CodebookSize = recipe.GptConfig.VocabSize });   // as many as are left after merging
            cancellationToken.ThrowIfCancellationRequested();
            line.Show("writing the bundle …");
            var manifest = new BundleManifest
            {
                Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
                Description = "Random weights, for trying and measuring; its pictures are noise.",
                Licence = "MIT",
                DefaultCandidates = preset == "coco" ? 64 : 8,
                Clip = clip.Config,
                Gpt = gpt.Config,
                Vqgan = vqgan.Config,
                Provenance = new Dictionary<string, JsonElement> { ["random"] = BundleManifest.ToElement(new { preset, seed }) },
            };
            var bundle = BundleWriter.Write(folder, manifest, clip, gpt, vqgan, Vocabulary(vocabSize), half ? ScalarType.Float16 : ScalarType.Float32);
            line.Dispose();
            Console.Out.WriteLine($"{bundle.Folder}  digest {bundle.Digest}");
            return 0;
        },
        cancellationToken);

    /// <summary>A vocabulary of the right size whose merges are pairs of bytes, in order: the real one is not ours to hand out.</summary>
    private static BpeVocabulary Vocabulary(int size)
    {
        var text = new StringBuilder("#version: clipgen random\n");
        var symbols = BpeVocabulary.Train([], 0).Symbols;
        for (int merge = 0; merge < size - SymbolsWithoutMerges; merge++) text.Append(symbols[merge / 256]).Append(' ').Append(symbols[merge % 256]).Append('\n');
        return BpeVocabulary.Load(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
