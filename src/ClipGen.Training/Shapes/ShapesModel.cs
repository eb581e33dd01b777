using System.Text.Json;
using ClipGen.Models.Bundles;
using ClipGen.Models.Tokenization;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Recipes;
using ClipGen.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Shapes;

/// <summary>Makes the shapes bundle, from nothing.</summary>
public static class ShapesModel
{
    public const string Name = "shapes";

    /// <summary>Learns the vocabulary that the captions need; the same for the same recipe.</summary>
    public static BpeVocabulary LearnVocabulary(TrainingRecipe recipe) =>
        BpeVocabulary.Train(ShapesCaptions.Corpus(recipe.VocabularyCaptions, recipe.DataSeed), recipe.VocabularyMerges);

    public static ShapesDataset Data(TrainingRecipe recipe) => new(recipe.VqganConfig.Resolution, recipe.DataSeed);

    public static ShapesContrasts Contrasts(TrainingRecipe recipe) => new(recipe.VqganConfig.Resolution, recipe.DataSeed + 1);

    /// <summary>Runs the three trainings in order, each from where it was left, and writes the bundle.</summary>
    /// <param name="command">The command that is carried out, for the provenance.</param>
    public static ModelBundle Train(
        TrainingRecipe recipe, string workFolder, string bundleFolder, string command, Device device, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        BundleWriter.EnsureReplaceable(bundleFolder);
        var training = new ModelTraining(recipe, workFolder, device, progress);
        var vocabulary = LearnVocabulary(recipe);
        var data = Data(recipe);
        var (clip, clipLosses) = training.TrainClip(Contrasts(recipe), vocabulary, cancellationToken);
        using var _ = clip;
        var (vqgan, vqganLosses) = training.TrainVqgan(data, lpips: null, cancellationToken);
        using var __ = vqgan;
        var (gpt, gptLosses) = training.TrainGpt(data, vqgan, clip, cancellationToken);
        using var ___ = gpt;

        var manifest = new BundleManifest
        {
            Name = Name,
            Description = "One object on a plain background: 6 colours, 4 shapes, 2 sizes, 5 places, 3 backgrounds; 64x64 pixels.",
            Licence = "MIT",
            DefaultCandidates = 8,
            Clip = clip.Config,
            Gpt = gpt.Config,
            Vqgan = vqgan.Config,
            Provenance = new Dictionary<string, JsonElement>
            {
                ["command"] = BundleManifest.ToElement(command),
                ["data"] = BundleManifest.ToElement(data.Description),
                ["settings"] = BundleManifest.ToElement(recipe),
                ["final_losses"] = BundleManifest.ToElement(new Dictionary<string, IReadOnlyDictionary<string, double>> { ["clip"] = clipLosses, ["vqgan"] = vqganLosses, ["gpt"] = gptLosses }),
            },
        };
        return BundleWriter.Write(bundleFolder, manifest, clip, gpt, vqgan, vocabulary, ScalarType.Float16);
    }
}
