using System.Globalization;
using ClipGen.Cli.Terminal;
using ClipGen.Models.Checkpoints;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Vqgan;

namespace ClipGen.Cli.Models;

/// <summary>Reads a network's sizes off the names and shapes of its weights.</summary>
internal static class InferredConfigs
{
    /// <param name="heads">Of the text tower; null for one each 64.</param>
    /// <exception cref="CommandException">These are not CLIP's weights.</exception>
    public static ClipConfig Clip(StateDict weights, string file, int? heads)
    {
        var w = new Shapes(weights, file, "a CLIP with a vision transformer");
        int patch = w.Of("visual.conv1.weight", 4)[3], places = w.Of("visual.positional_embedding", 2)[0] - 1, grid = (int)Math.Round(Math.Sqrt(places));
        int textWidth = w.Of("text_projection", 2)[0];
        CheckParts("--text-heads", heads, textWidth, file);
        return new(
            EmbedSize: w.Of("text_projection", 2)[1],
            ImageSize: grid * patch,
            VisionLayers: w.Count("visual.transformer.resblocks."),
            VisionWidth: w.Of("visual.conv1.weight", 4)[0],
            PatchSize: patch,
            ContextLength: w.Of("positional_embedding", 2)[0],
            VocabSize: w.Of("token_embedding.weight", 2)[0],
            TextWidth: textWidth,
            TextHeads: heads ?? Math.Max(1, textWidth / 64),
            TextLayers: w.Count("transformer.resblocks."));
    }

    /// <param name="heads">Null for one each 64.</param>
    /// <exception cref="CommandException">These are not a CLIP-GEN GPT's weights.</exception>
    public static GptConfig Gpt(StateDict weights, string file, int? heads)
    {
        var w = new Shapes(weights, file, "a CLIP-GEN GPT");
        int width = w.Of("tok_emb.weight", 2)[1];
        CheckParts("--gpt-heads", heads, width, file);
        return new(
            VocabSize: w.Of("tok_emb.weight", 2)[0],
            Layers: w.Count("blocks."),
            Width: width,
            Heads: heads ?? Math.Max(1, width / 64),
            BlockSize: w.Of("pos_emb", 3)[1],
            CondSize: w.Of("cond_proj.weight", 2)[1]);
    }

    /// <param name="codes">Codes of an image, which GPT's positions tell: the weights do not know the resolution.</param>
    /// <param name="normGroups">Null for the original's 32.</param>
    /// <exception cref="CommandException">These are not a VQGAN's weights.</exception>
    public static VqganConfig Vqgan(StateDict weights, string file, int codes, int? normGroups)
    {
        var w = new Shapes(weights, file, "a VQGAN");
        int channels = w.Of("encoder.conv_in.weight", 4)[0], grid = (int)Math.Round(Math.Sqrt(codes));
        var multipliers = new List<int>();
        var attentionLevels = new List<int>();
        int resBlocks = 0, inLevel = 0, output = 0;
        // The encoder's blocks in order: residual blocks, each perhaps with attention; a lone convolution ends a level.
        for (int block = 0; ; block++)
        {
            string prefix = FormattableString.Invariant($"encoder.down.{block}.");
            bool ends = !weights.Keys.Any(key => key.StartsWith(prefix, StringComparison.Ordinal));
            if (ends || weights.ContainsKey(prefix + "conv.weight"))
            {
                multipliers.Add(output / channels);
                resBlocks = Math.Max(resBlocks, inLevel);
                inLevel = 0;
                if (ends) break;
            }
            else if (weights.ContainsKey(prefix + "attn.in_proj_weight"))
            {
                if (!attentionLevels.Contains(multipliers.Count)) attentionLevels.Add(multipliers.Count);
            }
            else
            {
                output = w.Of(prefix + "block.6.weight", 4)[0];
                inLevel++;
            }
        }
        int resolution = grid << (multipliers.Count - 1), groups = normGroups ?? 32;
        foreach (int multiplier in multipliers) CheckParts("--norm-groups", groups, channels * multiplier, file);
        return new(
            CodebookSize: w.Of("quantizer.embedding.weight", 2)[0],
            EmbedSize: w.Of("quantizer.embedding.weight", 2)[1],
            Channels: channels,
            Multipliers: multipliers,
            ResBlocks: resBlocks,
            AttentionResolutions: [.. attentionLevels.Select(level => resolution >> level)],
            Resolution: resolution,
            DiscriminatorChannels: w.Of("discriminator.features.0.weight", 4)[0],
            NormGroups: groups);
    }

    /// <exception cref="CommandException">So many equal parts cannot be.</exception>
    private static void CheckParts(string option, int? parts, int width, string file)
    {
        if (parts is { } count && (count < 1 || width % count != 0))
            throw new CommandException($"{option} is {count}, but {file} has a width of {width}, which that does not divide; weights do not tell the right number.");
    }

    private sealed class Shapes(StateDict weights, string file, string what)
    {
        public int[] Of(string name, int dimensions)
        {
            if (!weights.TryGetValue(name, out var tensor) || tensor.shape.Length != dimensions)
                throw new CommandException($"{file} does not hold {what}: '{name}' is missing or not {dimensions}-dimensional.");
            return Array.ConvertAll(tensor.shape, side => checked((int)side));
        }

        /// <summary>How many numbers follow a prefix: <c>blocks.0.</c>, <c>blocks.1.</c>, …</summary>
        public int Count(string prefix)
        {
            int count = weights.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key[prefix.Length..].Split('.')[0]).Distinct().Count(number => int.TryParse(number, CultureInfo.InvariantCulture, out _));
            return count > 0 ? count : throw new CommandException($"{file} does not hold {what}: there is no '{prefix}0'.");
        }
    }
}
