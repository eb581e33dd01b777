using ClipGen.Models;
using ClipGen.Models.Checkpoints;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Tests;

/// <summary>The small models of the reference files, in fp32 and evaluation mode; sizes as in <c>config.json</c>.</summary>
internal static class ReferenceModels
{
    public static ClipConfig ClipTinyConfig { get; } = new(
        EmbedSize: 64, ImageSize: 28, VisionLayers: 2, VisionWidth: 128, PatchSize: 7,
        ContextLength: 77, VocabSize: 256, TextWidth: 64, TextHeads: 4, TextLayers: 2);

    public static ClipConfig ClipMicroConfig { get; } = new(
        EmbedSize: 24, ImageSize: 16, VisionLayers: 1, VisionWidth: 64, PatchSize: 8,
        ContextLength: 77, VocabSize: 128, TextWidth: 32, TextHeads: 2, TextLayers: 1);

    public static GptConfig GptTinyConfig { get; } = new(VocabSize: 256, Layers: 3, Width: 64, Heads: 4, BlockSize: 64, CondSize: 64);

    public static GptConfig GptMicroConfig { get; } = new(VocabSize: 64, Layers: 2, Width: 32, Heads: 4, BlockSize: 16, CondSize: 24, Dropout: 0);

    public static VqganConfig VqganTinyConfig { get; } = new(
        CodebookSize: 256, EmbedSize: 32, Channels: 32, Multipliers: [2, 1, 1], ResBlocks: 1, AttentionResolutions: [8], Resolution: 32, DiscriminatorChannels: 8);

    public static Models.Clip.Clip ClipTiny() => Load(new Models.Clip.Clip(ClipTinyConfig), "clip_tiny.safetensors");

    /// <param name="file"><c>clip_micro.pt</c> or the same in another of PyTorch's formats.</param>
    public static Models.Clip.Clip ClipMicro(string file = "clip_micro.pt")
    {
        var clip = new Models.Clip.Clip(ClipMicroConfig);
        LoadCheckpoint(clip, file, "input_resolution", "context_length", "vocab_size");
        clip.eval();
        return clip;
    }

    /// <summary>The start of a training, or with <c>gpt_micro_step1.pt</c> the state after its first step.</summary>
    public static Models.Gpt.Gpt GptMicro(string file = "gpt_micro.pt")
    {
        var gpt = new Models.Gpt.Gpt(GptMicroConfig);
        LoadCheckpoint(gpt, file);
        return gpt;
    }

    public static void LoadCheckpoint(nn.Module module, string file, params string[] ignored)
    {
        using var weights = Checkpoint.LoadStateDict(Repository.Reference(file));
        ModuleWeights.Load(module, weights, file, ignored);
    }

    public static Models.Gpt.Gpt GptTiny() => Load(new Models.Gpt.Gpt(GptTinyConfig), "gpt_tiny.safetensors");

    public static Models.Vqgan.Vqgan VqganTiny() => Load(new Models.Vqgan.Vqgan(VqganTinyConfig), "vqgan_tiny.safetensors");

    private static T Load<T>(T module, string file) where T : nn.Module
    {
        using var scope = NewDisposeScope();
        ModuleWeights.Load(module, new Goldens(file).All(), file);
        module.eval();
        return module;
    }
}
