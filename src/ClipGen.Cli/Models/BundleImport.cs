using System.Text.Json;
using ClipGen.Cli.Terminal;
using ClipGen.Models;
using ClipGen.Models.Bundles;
using ClipGen.Models.Checkpoints;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Tokenization;
using ClipGen.Models.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Cli.Models;

/// <summary>What <c>clipgen model import</c> was asked.</summary>
internal sealed record ImportSettings(
    string Clip, string Vqgan, string Gpt, string Vocabulary, string Out, string? Name, int DefaultCandidates, bool Half, int? TextHeads, int? GptHeads, int? NormGroups);

/// <summary>Carries out <c>clipgen model import</c>.</summary>
internal static class BundleImport
{
    /// <summary>Scalars in OpenAI's TorchScript archives that are no weights.</summary>
    private static readonly string[] NoWeights = ["input_resolution", "context_length", "vocab_size"];

    public static Task<int> RunAsync(ImportSettings settings, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var line = new StatusLine();
            T Step<T>(string what, Func<T> work)
            {
                cancellationToken.ThrowIfCancellationRequested();
                line.Show(what);
                return work();
            }

            using var clipWeights = Step("reading CLIP …", () => Checkpoint.LoadStateDict(settings.Clip));
            using var gptWeights = Step("reading GPT …", () => Checkpoint.LoadStateDict(settings.Gpt));
            using var vqganWeights = Step("reading the VQGAN …", () => Checkpoint.LoadStateDict(settings.Vqgan));
            var vocabulary = BpeVocabulary.Load(settings.Vocabulary);

            var clipConfig = InferredConfigs.Clip(clipWeights, settings.Clip, settings.TextHeads);
            var gptConfig = InferredConfigs.Gpt(gptWeights, settings.Gpt, settings.GptHeads);
            var vqganConfig = InferredConfigs.Vqgan(vqganWeights, settings.Vqgan, gptConfig.BlockSize, settings.NormGroups);
            if (vocabulary.Size != clipConfig.VocabSize)
                throw new CommandException($"{settings.Vocabulary} makes {vocabulary.Size} tokens, but {settings.Clip} has {clipConfig.VocabSize}; they do not belong together.");

            using var clip = Step("loading CLIP …", () => Loaded(new Clip(clipConfig), clipWeights, settings.Clip));
            using var gpt = Step("loading GPT …", () => Loaded(new Gpt(gptConfig), gptWeights, settings.Gpt));
            using var vqgan = Step("loading the VQGAN …", () => Loaded(new Vqgan(vqganConfig), vqganWeights, settings.Vqgan));
            var manifest = new BundleManifest
            {
                Name = settings.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Out))),
                Description = "Imported checkpoints.",
                Licence = "as the imported checkpoints'",
                DefaultCandidates = settings.DefaultCandidates,
                Clip = clipConfig,
                Gpt = gptConfig,
                Vqgan = vqganConfig,
                Provenance = new Dictionary<string, JsonElement>
                {
                    ["imported"] = BundleManifest.ToElement(new[] { settings.Clip, settings.Gpt, settings.Vqgan, settings.Vocabulary }.Select(Path.GetFileName)),
                },
            };
            var bundle = Step("writing the bundle …", () => BundleWriter.Write(settings.Out, manifest, clip, gpt, vqgan, vocabulary, settings.Half ? ScalarType.Float16 : ScalarType.Float32));
            line.Dispose();
            Console.Out.WriteLine($"{bundle.Folder}  digest {bundle.Digest}");
            return 0;
        },
        cancellationToken);

    private static T Loaded<T>(T network, StateDict weights, string file) where T : nn.Module
    {
        ModuleWeights.Load(network, weights, file, NoWeights);
        return network;
    }
}
