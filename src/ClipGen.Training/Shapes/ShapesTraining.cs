using ClipGen.Models.Tokenization;
using ClipGen.Training.Clip;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Gpt;
using ClipGen.Training.Runs;
using ClipGen.Training.Vqgan;
using static TorchSharp.torch;

namespace ClipGen.Training.Shapes;

/// <summary>The paper's method from nothing to a model: CLIP on image–caption pairs, VQGAN on images, GPT on images.</summary>
public sealed class ShapesTraining(ShapesRecipe recipe, string workFolder, Device device, IProgress<TrainingProgress>? progress)
{
    private readonly ShapesDataset data = new(recipe.ImageSide, recipe.DataSeed);

    /// <summary>Learns the vocabulary that the captions need; the same for the same recipe.</summary>
    public static BpeVocabulary LearnVocabulary(ShapesRecipe recipe) =>
        BpeVocabulary.Train(ShapesCaptions.Corpus(recipe.VocabularyCaptions, recipe.DataSeed), recipe.VocabularyMerges);

    /// <summary>Runs the three trainings in order, each from where it was left.</summary>
    /// <returns>The networks, which the caller disposes, and what they ended with.</returns>
    public ShapesNetworks Run(CancellationToken cancellationToken)
    {
        var vocabulary = LearnVocabulary(recipe);
        var tokenizer = new BpeTokenizer(vocabulary);
        var clipConfig = recipe.ClipConfig with { VocabSize = vocabulary.Size };
        int[] Tokenize(string text) => tokenizer.Tokenize(text, clipConfig.ContextLength).Ids;

        var (clip, clipLosses) = new ClipTrainer(clipConfig, recipe.Clip, data, Tokenize, device).Train(Folder("clip"), progress, cancellationToken);
        var (vqgan, vqganLosses) = new VqganTrainer(recipe.VqganConfig, recipe.Vqgan, data, lpips: null, device).Train(Folder("vqgan"), progress, cancellationToken);
        using var codes = CodeDataset.Prepare(data, recipe.Gpt.Images, vqgan, clip, device, Folder("codes"), progress, cancellationToken);
        var (gpt, gptLosses) = new GptTrainer(recipe.GptConfig, recipe.Gpt, device).Train(codes, Folder("gpt"), progress, cancellationToken);
        return new(vocabulary, clip, vqgan, gpt, clipLosses, vqganLosses, gptLosses);
    }

    private string Folder(string stage)
    {
        string folder = Path.Combine(workFolder, stage);
        Directory.CreateDirectory(folder);
        return folder;
    }
}

/// <summary>What the three trainings end with.</summary>
public sealed record ShapesNetworks(
    BpeVocabulary Vocabulary,
    Models.Clip.Clip Clip,
    Models.Vqgan.Vqgan Vqgan,
    Models.Gpt.Gpt Gpt,
    IReadOnlyDictionary<string, double> ClipLosses,
    IReadOnlyDictionary<string, double> VqganLosses,
    IReadOnlyDictionary<string, double> GptLosses) : IDisposable
{
    public void Dispose()
    {
        Clip.Dispose();
        Vqgan.Dispose();
        Gpt.Dispose();
    }
}
