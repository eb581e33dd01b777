using System.CommandLine;
using ClipGen.Cli.Terminal;
using ClipGen.Cli.Training;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen train</c>: the three trainings, one by one or in order.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> Work = new("--work", "-w") { Description = "Folder of the training's state; the same command goes on from what it holds.", DefaultValueFactory = _ => Path.Combine("out", "training"), HelpName = "folder" };
    private static readonly Option<string> Out = new("--out", "-o") { Description = "Folder of the bundle that is written at the end.", DefaultValueFactory = _ => Path.Combine("models", "shapes"), HelpName = "folder" };
    private static readonly Option<string?> Images = new("--images") { Description = "Folder of your own images (PNG, JPEG, WebP). [default: the synthetic shapes world]", HelpName = "folder" };
    private static readonly Option<string> Preset = new("--preset") { Description = "Sizes and settings: shapes (64x64, under an hour on 2 cores) or coco (the original's networks; for GPUs).", DefaultValueFactory = _ => "shapes", HelpName = "name" };
    private static readonly Option<long?> Steps = NumberOption.Create<long>("--steps", "Steps in all. [default: the preset's]");
    private static readonly Option<int?> Batch = NumberOption.Create<int>("--batch-size", "Images of a step. [default: the preset's]");
    private static readonly Option<double?> Rate = NumberOption.Create<double>("--rate", "Highest learning rate. [default: the preset's]");
    private static readonly Option<string?> Lpips = new("--lpips") { Description = "VGG16-LPIPS checkpoint (vgg16_lpips.pt) for the perceptual loss. [default: train without it]", HelpName = "file" };
    private static readonly Option<string?> Clip = new("--clip") { Description = "Checkpoint of CLIP. [default: <work>/clip.safetensors]", HelpName = "file" };
    private static readonly Option<string?> Vqgan = new("--vqgan") { Description = "Checkpoint of the VQGAN. [default: <work>/vqgan.safetensors]", HelpName = "file" };
    private static readonly Option<bool> Quick = new("--quick") { Description = "A few steps of everything: tries the command, makes no pictures worth looking at." };
    private static readonly Option<int> Threads = NumberOption.Create<int>("--threads", "CPU threads; 0 means one for each core.", 0);
    private static readonly Option<string> Device = DeviceOption.Create();

    public static Command Create()
    {
        var shapes = new Command("shapes", "Train CLIP, VQGAN and GPT on the shapes world, in order, and write the bundle.") { Work, Out, Quick, Threads, Device };
        shapes.SetAction((parsed, cancellationToken) => TrainingRuns.ShapesAsync(Settings(parsed), parsed.GetValue(Out)!, cancellationToken));

        var clip = new Command("clip", "Train CLIP on images with captions; own images need a captions.tsv in their folder (path, tab, caption a line). Writes <work>/clip.safetensors and <work>/vocabulary.bpe.") { Work, Images, Preset, Steps, Batch, Rate, Quick, Threads, Device };
        clip.SetAction((parsed, cancellationToken) => TrainingRuns.ClipAsync(Settings(parsed), cancellationToken));

        var vqgan = new Command("vqgan", "Train a VQGAN on images alone. Writes <work>/vqgan.safetensors.") { Work, Images, Preset, Steps, Batch, Rate, Lpips, Quick, Threads, Device };
        vqgan.SetAction((parsed, cancellationToken) => TrainingRuns.VqganAsync(Settings(parsed), parsed.GetValue(Lpips), cancellationToken));

        var gpt = new Command("gpt", "Train a GPT on images alone, conditioned on their CLIP embeddings. Writes <work>/gpt.safetensors.") { Work, Images, Preset, Steps, Batch, Rate, Clip, Vqgan, Quick, Threads, Device };
        gpt.SetAction((parsed, cancellationToken) => TrainingRuns.GptAsync(Settings(parsed), parsed.GetValue(Clip), parsed.GetValue(Vqgan), cancellationToken));

        return new Command("train", "Train networks. Every training can be stopped (Ctrl+C) and goes on where it was when started again.") { shapes, clip, vqgan, gpt };
    }

    private static TrainingSettings Settings(ParseResult parsed)
    {
        T? Value<T>(Option<T> option) => parsed.CommandResult.Command.Options.Contains(option) ? parsed.GetValue(option) : default;
        return new(
            Value(Work)!, Value(Images), Value(Preset) ?? "shapes", Value(Steps), Value(Batch), Value(Rate), Value(Quick), Value(Threads), Value(Device)!,
            "clipgen " + string.Join(' ', parsed.Tokens.Select(token => token.Value)));
    }
}
