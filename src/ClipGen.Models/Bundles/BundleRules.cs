using System.Buffers;

namespace ClipGen.Models.Bundles;

/// <summary>What must hold between the parts of a manifest before anything is allocated by its numbers.</summary>
internal static class BundleRules
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public static IReadOnlyList<string> Check(BundleManifest manifest)
    {
        var problems = new List<string>();
        void Check(bool holds, string problem) { if (!holds) problems.Add(problem); }
        void Size(string name, long value, long most = 1 << 20) => Check(value >= 1 && value <= most, $"{name} is {value}, not 1 to {most}");

        var (clip, gpt, vqgan) = (manifest.Clip, manifest.Gpt, manifest.Vqgan);
        Check(manifest.Name.Length is > 0 and <= 100 && !manifest.Name.AsSpan().ContainsAny('/', '\\'), "name is empty, too long or holds a slash");
        Size("default_candidates", manifest.DefaultCandidates, 1024);
        Size("clip.embed_size", clip.EmbedSize);
        Size("clip.image_size", clip.ImageSize, 4096);
        Size("clip.vision_layers", clip.VisionLayers, 1000);
        Size("clip.vision_width", clip.VisionWidth);
        Size("clip.patch_size", clip.PatchSize, 4096);
        Size("clip.context_length", clip.ContextLength, 1 << 12);
        Size("clip.vocab_size", clip.VocabSize, 1 << 24);
        Size("clip.text_width", clip.TextWidth);
        Size("clip.text_heads", clip.TextHeads, 1000);
        Size("clip.text_layers", clip.TextLayers, 1000);
        Size("gpt.vocab_size", gpt.VocabSize, 1 << 24);
        Size("gpt.layers", gpt.Layers, 1000);
        Size("gpt.width", gpt.Width);
        Size("gpt.heads", gpt.Heads, 1000);
        Size("gpt.block_size", gpt.BlockSize, 1 << 12); // every layer holds a mask of its square
        Size("vqgan.codebook_size", vqgan.CodebookSize, 1 << 24);
        Size("vqgan.embed_size", vqgan.EmbedSize);
        Size("vqgan.channels", vqgan.Channels);
        Size("vqgan.res_blocks", vqgan.ResBlocks, 100);
        Size("vqgan.resolution", vqgan.Resolution, 4096);
        Size("vqgan.discriminator_channels", vqgan.DiscriminatorChannels);
        Size("vqgan.norm_groups", vqgan.NormGroups);
        Check(vqgan.Multipliers.Count is >= 1 and <= 12 && vqgan.Multipliers.All(m => m is >= 1 and <= 64), "vqgan.multipliers holds something other than 1 to 12 numbers from 1 to 64");
        if (problems.Count > 0) return problems;

        Check(clip.ContextLength >= 2, "clip.context_length 1 has no room for a start and an end");
        Check(clip.ImageSize % clip.PatchSize == 0, $"clip.image_size {clip.ImageSize} is no multiple of its patch_size {clip.PatchSize}");
        Check(clip.VisionWidth % 64 == 0, $"clip.vision_width {clip.VisionWidth} is no multiple of 64");
        Check(clip.TextWidth % clip.TextHeads == 0, $"clip.text_width {clip.TextWidth} cannot be split over {clip.TextHeads} heads");
        Check(gpt.Width % gpt.Heads == 0, $"gpt.width {gpt.Width} cannot be split over {gpt.Heads} heads");
        Check(gpt.CondSize == clip.EmbedSize, $"gpt.cond_size {gpt.CondSize} is not clip.embed_size {clip.EmbedSize}");
        Check(gpt.VocabSize == vqgan.CodebookSize, $"gpt.vocab_size {gpt.VocabSize} is not vqgan.codebook_size {vqgan.CodebookSize}");
        Check(gpt.BlockSize == vqgan.Grid * vqgan.Grid, $"gpt.block_size {gpt.BlockSize} is not the VQGAN's {vqgan.Grid} × {vqgan.Grid} codes");
        Check(vqgan.Multipliers.All(m => vqgan.Channels * m % vqgan.NormGroups == 0), $"vqgan.channels {vqgan.Channels} times a multiplier is no multiple of norm_groups {vqgan.NormGroups}");
        Check(vqgan.Resolution % (1 << (vqgan.Multipliers.Count - 1)) == 0, $"vqgan.resolution {vqgan.Resolution} cannot be halved {vqgan.Multipliers.Count - 1} times");
        foreach (string file in new[] { BundleManifest.ClipFile, BundleManifest.GptFile, BundleManifest.VqganFile, manifest.Vocabulary })
            Check(manifest.Files.ContainsKey(file), $"files has no entry for {(file.Length == 0 ? "the vocabulary" : file)}");
        foreach (var (name, file) in manifest.Files)
        {
            Check(IsFileName(name), $"'{name}' is no name of a file in the bundle's folder");
            Check(file is { Bytes: >= 0, Sha256.Length: 64 } && !file.Sha256.AsSpan().ContainsAnyExcept(HexDigits), $"the entry of {name} has no valid digest or size");
        }
        return problems;
    }

    private static bool IsFileName(string name) =>
        name is not ("" or "." or ".." or BundleManifest.FileName) && !name.AsSpan().ContainsAny('/', '\\', ':') && !name.Any(char.IsControl);
}
