using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Vqgan;

/// <summary>Latent to image: [B, Z, R/f, R/f] to [B, 3, R, R], about [−1, 1], not clamped.</summary>
public sealed class Decoder : Module<Tensor, Tensor>
{
    public readonly Convolution2d quant_conv_in;
    public readonly Convolution2d conv_in;
    public readonly Sequential mid;
    public readonly Sequential up;
    public readonly Sequential final;

    public Decoder(VqganConfig config, Device? device = null) : base(nameof(Decoder))
    {
        ConvolutionBackends.Ensure();
        int channels = config.Channels * config.Multipliers[^1], side = config.Grid, groups = config.NormGroups;
        quant_conv_in = new Convolution2d(config.EmbedSize, config.EmbedSize, 1, device: device);
        conv_in = new Convolution2d(config.EmbedSize, channels, 3, padding: 1, device: device);
        mid = Sequential(new ResnetBlock(channels, channels, groups, device), new AttnBlock(channels, groups, device), new ResnetBlock(channels, channels, groups, device));

        var layers = new List<Module<Tensor, Tensor>>();
        for (int level = config.Multipliers.Count - 1; level >= 0; level--)
        {
            for (int i = 0; i <= config.ResBlocks; i++)
            {
                layers.Add(new ResnetBlock(channels, channels = config.Channels * config.Multipliers[level], groups, device));
                if (config.AttentionResolutions.Contains(side)) layers.Add(new AttnBlock(channels, groups, device));
            }
            if (level == 0) break;
            layers.Add(new Upsample(channels, device));
            side *= 2;
        }
        up = Sequential(layers);
        final = Sequential(Norms.Group(groups, channels, device), SiLU(), new Convolution2d(channels, 3, 3, padding: 1, device: device));
        RegisterComponents();
    }

    public override Tensor forward(Tensor z)
    {
        using var scope = NewDisposeScope();
        return final.forward(up.forward(mid.forward(conv_in.forward(quant_conv_in.forward(z))))).MoveToOuterDisposeScope();
    }
}
