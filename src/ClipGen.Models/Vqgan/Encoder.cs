using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Vqgan;

/// <summary>Image to latent: [B, 3, R, R] in [−1, 1] to [B, Z, R/f, R/f].</summary>
public sealed class Encoder : Module<Tensor, Tensor>
{
    public readonly Convolution2d conv_in;
    public readonly Sequential down;
    public readonly Sequential mid;
    public readonly Sequential final;

    public Encoder(VqganConfig config, Device? device = null) : base(nameof(Encoder))
    {
        ConvolutionBackends.Ensure();
        conv_in = new Convolution2d(3, config.Channels, 3, padding: 1, device: device);

        var layers = new List<Module<Tensor, Tensor>>();
        int channels = config.Channels, side = config.Resolution, groups = config.NormGroups;
        for (int level = 0; level < config.Multipliers.Count; level++)
        {
            for (int i = 0; i < config.ResBlocks; i++)
            {
                layers.Add(new ResnetBlock(channels, channels = config.Channels * config.Multipliers[level], groups, device));
                if (config.AttentionResolutions.Contains(side)) layers.Add(new AttnBlock(channels, groups, device));
            }
            if (level == config.Multipliers.Count - 1) break;
            layers.Add(new Downsample(channels, device));
            side /= 2;
        }
        down = Sequential(layers);
        mid = Sequential(new ResnetBlock(channels, channels, groups, device), new AttnBlock(channels, groups, device), new ResnetBlock(channels, channels, groups, device));
        final = Sequential(
            Norms.Group(groups, channels, device),
            SiLU(),
            new Convolution2d(channels, config.EmbedSize, 3, padding: 1, device: device),
            new Convolution2d(config.EmbedSize, config.EmbedSize, 1, device: device));
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return final.forward(mid.forward(down.forward(conv_in.forward(images)))).MoveToOuterDisposeScope();
    }
}
