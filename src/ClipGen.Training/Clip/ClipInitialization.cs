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

    /// <summary>[1 + grid², width]: zeros for the class token, then sin and cos of row and column at rising wavelengths.</summary>
    private static Tensor Places(Models.Clip.ClipConfig config)
    {
        int grid = config.ImageSize / config.PatchSize, width = config.VisionWidth, waves = width / 4;
        var values = new float[1 + grid * grid, width];
        for (int row = 0; row < grid; row++)
        {
            for (int column = 0; column < grid; column++)
            {
                for (int wave = 0; wave < waves; wave++)
                {
                    double frequency = Math.Pow(100, -(double)wave / waves);
                    int place = 1 + row * grid + column;
                    values[place, wave] = (float)Math.Sin(row * frequency);
                    values[place, waves + wave] = (float)Math.Cos(row * frequency);
                    values[place, 2 * waves + wave] = (float)Math.Sin(column * frequency);
                    values[place, 3 * waves + wave] = (float)Math.Cos(column * frequency);
                }
            }
        }
        return tensor(values);
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
