using ClipGen.Cli.Terminal;
using ClipGen.Models;
using ClipGen.Models.Checkpoints;
using ClipGen.Models.Tokenization;
using ClipGen.Training.Data;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Losses;
using ClipGen.Training.Recipes;
using ClipGen.Training.Shapes;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Cli.Training;

/// <summary>Carries out the trainings; a thread of its own computes, so that Ctrl+C is heard at any time.</summary>
internal static class TrainingRuns
{
    private const string ClipFile = "clip.safetensors", VqganFile = "vqgan.safetensors", GptFile = "gpt.safetensors", VocabularyFile = "vocabulary.bpe";

    public static Task<int> ShapesAsync(TrainingSettings settings, string bundle, CancellationToken cancellationToken) => RunAsync(settings, (recipe, device, progress) =>
    {
        var written = ShapesModel.Train(recipe, settings.Work, bundle, settings.CommandLine, device, progress, cancellationToken);
        return $"{written.Folder}  digest {written.Digest}";
    });

    public static Task<int> ClipAsync(TrainingSettings settings, CancellationToken cancellationToken) => RunAsync(settings, (recipe, device, progress) =>
    {
        ICaptionedDataset data = settings.Images is null
            ? ShapesModel.Contrasts(recipe)
            : new FolderDataset(settings.Images, recipe.ClipConfig.ImageSize, recipe.DataSeed, needCaptions: true);
        var vocabulary = settings.Images is null
            ? ShapesModel.LearnVocabulary(recipe)
            : BpeVocabulary.Train(Enumerable.Range(0, recipe.VocabularyCaptions).Select(i => data.Pair(i).Caption), recipe.VocabularyMerges);
        var (model, losses) = new ModelTraining(recipe, settings.Work, device, progress).TrainClip(data, vocabulary, cancellationToken);
        using var _ = model;
        vocabulary.Save(Path.Combine(settings.Work, VocabularyFile));
        return Export(settings.Work, ClipFile, model, losses);
    });

    public static Task<int> VqganAsync(TrainingSettings settings, string? lpipsFile, CancellationToken cancellationToken) => RunAsync(settings, (recipe, device, progress) =>
    {
        using var lpips = lpipsFile is null ? null : LoadLpips(lpipsFile, device);
        var (model, losses) = new ModelTraining(recipe, settings.Work, device, progress).TrainVqgan(Images(settings, recipe), lpips, cancellationToken);
        using var _ = model;
        return Export(settings.Work, VqganFile, model, losses);
    });

    public static Task<int> GptAsync(TrainingSettings settings, string? clipFile, string? vqganFile, CancellationToken cancellationToken) => RunAsync(settings, (recipe, device, progress) =>
    {
        using var clipWeights = Trained(clipFile, settings.Work, ClipFile, "clip");
        using var vqganWeights = Trained(vqganFile, settings.Work, VqganFile, "vqgan");
        using var clip = new ClipGen.Models.Clip.Clip(recipe.ClipConfig with { VocabSize = (int)clipWeights["token_embedding.weight"].shape[0] });
        using var vqgan = new ClipGen.Models.Vqgan.Vqgan(recipe.VqganConfig with { CodebookSize = (int)vqganWeights["quantizer.embedding.weight"].shape[0] });
        ModuleWeights.Load(clip, clipWeights, clipFile ?? ClipFile, "input_resolution", "context_length", "vocab_size");
        ModuleWeights.Load(vqgan, vqganWeights, vqganFile ?? VqganFile);
        clip.eval();
        vqgan.eval();
        var (model, losses) = new ModelTraining(recipe, settings.Work, device, progress).TrainGpt(Images(settings, recipe), (ClipGen.Models.Vqgan.Vqgan)vqgan.to(device), (ClipGen.Models.Clip.Clip)clip.to(device), cancellationToken);
        using var _ = model;
        return Export(settings.Work, GptFile, model, losses);
    });

    private static async Task<int> RunAsync(TrainingSettings settings, Func<TrainingRecipe, Device, TrainingLine, string> train)
    {
        var recipe = settings.Recipe();
        var device = DeviceOption.Parse(settings.Device);
        Directory.CreateDirectory(settings.Work);
        using var progress = new TrainingLine();
        string written = await Task.Factory.StartNew(
            () =>
            {
                set_num_threads(settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount);
                return train(recipe, device, progress);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        progress.Dispose();
        Console.Out.WriteLine(written);
        return 0;
    }

    private static IImageDataset Images(TrainingSettings settings, TrainingRecipe recipe) => settings.Images is null
        ? ShapesModel.Data(recipe)
        : new FolderDataset(settings.Images, recipe.VqganConfig.Resolution, recipe.DataSeed, needCaptions: false);

    private static StateDict Trained(string? file, string work, string name, string verb)
    {
        string path = file ?? Path.Combine(work, name);
        return File.Exists(path) ? Checkpoint.LoadStateDict(path) : throw new CommandException($"There is no {path}; run 'clipgen train {verb}' with the same --work first, or name a checkpoint with --{verb}.");
    }

    private static Lpips LoadLpips(string file, Device device)
    {
        using var weights = Checkpoint.LoadStateDict(file);
        var lpips = new Lpips(Lpips.Vgg16Channels);
        ModuleWeights.Load(lpips, weights, file, "scaling_layer.shift", "scaling_layer.scale");
        return (Lpips)lpips.to(device);
    }

    private static string Export(string work, string name, nn.Module model, IReadOnlyDictionary<string, double> losses)
    {
        string path = Path.Combine(work, name);
        SafetensorsWriter.Write(path, ModuleWeights.Export(model).Select(weight => KeyValuePair.Create(weight.Name, weight.Value)));
        return $"{path}  {TrainingLine.Losses(losses)}";
    }
}
