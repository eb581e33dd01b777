using ClipGen.Models.Layers;
using ClipGen.Models.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Vqgan;

/// <summary>
/// Initial weights for a VQGAN that is trained in thousands of steps, not millions: every residual branch starts at zero (Zhang
/// et al. 2019, Fixup; Ho et al. 2020), the convolutions between keep the signal's variance (LeCun et al. 1998), and those that change
/// the resolution start near the identity. So colours and levels go straight through from the first step; with PyTorch's defaults
/// each of a dozen layers weakens them, and the group norms of the branches, which see contrast but no level, drown what is left.
/// </summary>
public static class VqganInitialization
{
    public static void Apply(Models.Vqgan.Vqgan model)
    {
        using var _ = no_grad();
        foreach (var module in model.encoder.modules().Concat(model.decoder.modules()))
        {
            switch (module)
            {
                case ResnetBlock block:
                    Clear((Convolution2d)block.block.children().Last());
                    if (block.shortcut is not null) Keep(block.shortcut);
                    break;
                case AttnBlock attention:
                    attention.attn.out_proj.weight.zero_();
                    break;
                case Downsample down:
                    PassDown(down.conv);
                    break;
                case Models.Vqgan.Upsample up:
                    PassUp(up.conv);
                    break;
            }
        }
        foreach (var conv in new[] { model.encoder.conv_in, model.decoder.quant_conv_in, model.decoder.conv_in }) Keep(conv);
        foreach (var conv in model.encoder.final.children().Concat(model.decoder.final.children()).OfType<Convolution2d>()) Keep(conv);
    }

    private static void Keep(Convolution2d conv)
    {
        conv.weight.normal_(0, 1 / Math.Sqrt(conv.weight.shape[1] * conv.weight.shape[2] * conv.weight.shape[3]));
        conv.bias!.zero_();
    }

    /// <summary>Upsampling starts as repeated pixels, channel by channel, plus a little of everything.</summary>
    private static void PassUp(Convolution2d conv)
    {
        int channels = (int)conv.weight.shape[0];
        conv.weight.normal_(0, 0.3 / Math.Sqrt(channels * 9));
        for (int i = 0; i < channels; i++) conv.weight[i, i, 1, 1] += 1;
        conv.bias!.zero_();
    }

    /// <summary>Downsampling starts as the mean of 2 × 2 pixels, channel by channel, plus a little of everything.</summary>
    private static void PassDown(Convolution2d conv)
    {
        int channels = (int)conv.weight.shape[0];
        conv.weight.normal_(0, 0.5 / Math.Sqrt(channels * 9));
        for (int i = 0; i < channels; i++)
        {
            for (int y = 0; y < 2; y++)
            {
                for (int x = 0; x < 2; x++) conv.weight[i, i, y, x] += 0.25;
            }
        }
        conv.bias!.zero_();
    }

    private static void Clear(Convolution2d conv)
    {
        conv.weight.zero_();
        conv.bias!.zero_();
    }
}
