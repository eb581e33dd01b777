using ClipGen.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Training.Clip;

/// <summary>
/// Initial weights of a CLIP trained from scratch: the standard deviations of OpenAI's code (Radford et al. 2021), but places in
/// the image start as sines and cosines of the row and the column (as in MoCo v3, Chen et al. 2021). OpenAI's small random
/// vectors drown in the patches' own, and a short training never learns where things are.
/// </summary>
public static class ClipInitialization
{
    public static void Apply(Models.Clip.Clip model)
    {
        using var _ = no_grad();
        init.normal_(model.token_embedding.weight!, 0, 0.02);
        init.normal_(model.positional_embedding, 0, 0.01);
        init.normal_(model.text_projection, 0, 1 / Math.Sqrt(model.Config.TextWidth));
        using var places = Places(model.Config);
        model.visual.positional_embedding.copy_(places);
        Transformer(model.transformer, model.Config.TextWidth, model.Config.TextLayers);
        Transformer(model.visual.transformer, model.Config.VisionWidth, model.Config.VisionLayers);
    }

    /// <summary>[1 + grid², width]: zeros for the class token, then the grid's places; their amplitude is that of the patches' own vectors.</summary>
    private static Tensor Places(Models.Clip.ClipConfig config)
    {
        using var places = GridPlaces.Create(config.ImageSize / config.PatchSize, config.VisionWidth, amplitude: 1.5);
        return cat([zeros(1, config.VisionWidth), places]);
    }

    private static void Transformer(Models.Clip.ClipTransformer transformer, int width, int layers)
    {
        double attention = 1 / Math.Sqrt(width), residual = attention / Math.Sqrt(2 * layers), wide = 1 / Math.Sqrt(2 * width);
        foreach (var block in transformer.resblocks.children().Cast<Models.Clip.ClipBlock>())
        {
            init.normal_(block.attn.in_proj_weight, 0, attention);
            init.normal_(block.attn.out_proj.weight, 0, residual);
            init.normal_(block.mlp.c_fc.weight, 0, wide);
            init.normal_(block.mlp.c_proj.weight, 0, residual);
        }
    }
}
