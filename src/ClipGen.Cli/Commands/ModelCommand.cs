using System.CommandLine;
using ClipGen.Cli.Models;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen model</c>: make and look at bundles.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Make and look at model bundles.") { Import(), Inspect(), Random() };

    private static Command Import()
    {
        var clip = new Option<string>("--clip") { Description = "CLIP's checkpoint (clip_vit_b32.pt).", Required = true, HelpName = "file" };
        var vqgan = new Option<string>("--vqgan") { Description = "The VQGAN's checkpoint (vqgan_coco.pt).", Required = true, HelpName = "file" };
        var gpt = new Option<string>("--gpt") { Description = "GPT's checkpoint (gpt_coco.pt).", Required = true, HelpName = "file" };
        var vocab = new Option<string>("--vocab") { Description = "The tokenizer's vocabulary (bpe_simple_vocab_16e6.txt.gz).", Required = true, HelpName = "file" };
        var output = new Option<string>("--out", "-o") { Description = "Folder of the bundle.", Required = true, HelpName = "folder" };
        var name = new Option<string?>("--name") { Description = "The model's name. [default: the folder's]", HelpName = "name" };
        var candidates = NumberOption.Create<int>("--default-candidates", "Candidates sampled when a request does not say.", 64);
        var half = new Option<bool>("--half") { Description = "Store weights as float16: half the size, and the last bits lost." };
        var textHeads = NumberOption.Create<int>("--text-heads", "Heads of CLIP's text tower. [default: width / 64, as OpenAI has it]");
        var gptHeads = NumberOption.Create<int>("--gpt-heads", "Heads of GPT. [default: width / 64, as the original's presets have it]");
        var normGroups = NumberOption.Create<int>("--norm-groups", "Groups of the VQGAN's group norms. [default: 32, as the original has it]");
        var command = new Command("import", "Turn checkpoints of the original (PyTorch zip, legacy or TorchScript files, or safetensors) into a bundle. Sizes are read off the weights. No code in a checkpoint is ever run.")
        {
            clip, vqgan, gpt, vocab, output, name, candidates, half, textHeads, gptHeads, normGroups,
        };
        command.SetAction((parsed, cancellationToken) => BundleImport.RunAsync(
            new(parsed.GetValue(clip)!, parsed.GetValue(vqgan)!, parsed.GetValue(gpt)!, parsed.GetValue(vocab)!, parsed.GetValue(output)!, parsed.GetValue(name),
                parsed.GetValue(candidates), parsed.GetValue(half), parsed.GetValue(textHeads), parsed.GetValue(gptHeads), parsed.GetValue(normGroups)),
            cancellationToken));
        return command;
    }

    private static Command Inspect()
    {
        var bundle = new Argument<string>("bundle") { Description = "A bundle's folder, or the name of one." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("inspect", "Show what is in a bundle and verify its digests; exit code 1 if a file is not as the manifest says.") { bundle, json };
        command.SetAction((parsed, cancellationToken) => BundleInspection.RunAsync(parsed.GetValue(bundle)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static Command Random()
    {
        var preset = new Option<string>("--preset") { Description = "Sizes: coco (the original's networks) or shapes.", DefaultValueFactory = _ => "coco", HelpName = "name" };
        var output = new Option<string>("--out", "-o") { Description = "Folder of the bundle.", Required = true, HelpName = "folder" };
        var seed = NumberOption.Create<long>("--seed", "Seed of the weights.", 0, "-s");
        var half = new Option<bool>("--half") { Description = "Store weights as float16." };
        var command = new Command("random", "Write a bundle with random weights: for trying and measuring without the real ones. Its pictures are noise.") { preset, output, seed, half };
        command.SetAction((parsed, cancellationToken) => RandomBundle.RunAsync(parsed.GetValue(preset)!, parsed.GetValue(output)!, parsed.GetValue(seed), parsed.GetValue(half), cancellationToken));
        return command;
    }
}
