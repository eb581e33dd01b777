using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Vqgan;

/// <summary>PatchGAN discriminator with three strided layers (Isola et al. 2017): [B, 3, R, R] to one logit a patch.</summary>
public sealed class Discriminator : Module<Tensor, Tensor>
{
    public readonly Sequential features;
    public readonly Convolution2d head;

    public Discriminator(VqganConfig config, Device? device = null) : base(nameof(Discriminator))
    {
        ConvolutionBackends.Ensure();
        const int Layers = 3;
        int first = config.DiscriminatorChannels, channels = first;
        var modules = new List<Module<Tensor, Tensor>> { new Convolution2d(3, first, 4, stride: 2, padding: 1, device: device), LeakyReLU(0.2) };
        for (int layer = 1; layer <= Layers; layer++)
        {
            int next = first * Math.Min(1 << layer, 8);
            modules.Add(new Convolution2d(channels, next, 4, stride: layer == Layers ? 1 : 2, padding: 1, bias: false, device: device));
            modules.Add(BatchNorm2d(next, device: device));
            modules.Add(LeakyReLU(0.2));
            channels = next;
        }
        features = Sequential(modules);
        head = new Convolution2d(channels, 1, 4, padding: 1, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return head.forward(features.forward(images)).MoveToOuterDisposeScope();
    }
}
