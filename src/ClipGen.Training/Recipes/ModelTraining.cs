using ClipGen.Models.Tokenization;
using ClipGen.Training.Clip;
using ClipGen.Training.Data;
using ClipGen.Training.Gpt;
using ClipGen.Training.Losses;
using ClipGen.Training.Runs;
using ClipGen.Training.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Recipes;

/// <summary>
/// The paper's three trainings: CLIP on images with captions (or ready-made), VQGAN on images, GPT on images. Each goes on
/// from where its part of the work folder was left.
/// </summary>
public sealed class ModelTraining(TrainingRecipe recipe, string workFolder, Device device, IProgress<TrainingProgress>? progress)
{
    public (Models.Clip.Clip Model, IReadOnlyDictionary<string, double> Losses) TrainClip(ICaptionedDataset data, BpeVocabulary vocabulary, CancellationToken cancellationToken)
    {
        var tokenizer = new BpeTokenizer(vocabulary);
        var config = recipe.ClipConfig with { VocabSize = vocabulary.Size };
        int[] Tokenize(string text) => tokenizer.Tokenize(text, config.ContextLength).Ids;
        return new ClipTrainer(config, recipe.Clip, data, Tokenize, device).Train(Folder("clip"), progress, cancellationToken);
    }

    /// <summary>Trains it, then merges its codes where the recipe says so.</summary>
    public (Models.Vqgan.Vqgan Model, IReadOnlyDictionary<string, double> Losses) TrainVqgan(IImageDataset data, Lpips? lpips, CancellationToken cancellationToken)
    {
        var (model, losses) = new VqganTrainer(recipe.VqganConfig, recipe.Vqgan, data, lpips, device).Train(Folder("vqgan"), progress, cancellationToken);
        if (recipe.MergeCodesTo == 0) return (model, losses);
        using var _ = model;
        return (CodebookMerging.Apply(model, recipe.MergeCodesTo, data, Math.Min(recipe.Gpt.Images, 2000), device, cancellationToken), losses);
    }

    /// <summary>Encodes the images with both networks first; no caption is looked at.</summary>
    public (Models.Gpt.Gpt Model, IReadOnlyDictionary<string, double> Losses) TrainGpt(IImageDataset data, Models.Vqgan.Vqgan vqgan, Models.Clip.Clip clip, CancellationToken cancellationToken)
    {
        using var codes = CodeDataset.Prepare(data, recipe.Gpt.Images, vqgan, clip, device, Folder("codes"), progress, cancellationToken);
        return new GptTrainer(recipe.GptConfig, recipe.Gpt, device).Train(codes, Folder("gpt"), progress, cancellationToken);
    }

    private string Folder(string stage)
    {
        string folder = Path.Combine(workFolder, stage);
        Directory.CreateDirectory(folder);
        return folder;
    }
}
