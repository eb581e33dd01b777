using ClipGen.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Vqgan;

/// <summary>Halves the resolution; pads on the right and at the bottom only.</summary>
public sealed class Downsample : Module<Tensor, Tensor>
{
    public readonly Convolution2d conv;

    public Downsample(int channels, Device? device = null) : base(nameof(Downsample))
    {
        conv = new Convolution2d(channels, channels, 3, stride: 2, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var padded = functional.pad(x, [0, 1, 0, 1]);
        return conv.forward(padded);
    }
}

/// <summary>Doubles the resolution by repeating pixels, then convolves.</summary>
public sealed class Upsample : Module<Tensor, Tensor>
{
    public readonly Convolution2d conv;

    public Upsample(int channels, Device? device = null) : base(nameof(Upsample))
    {
        conv = new Convolution2d(channels, channels, 3, padding: 1, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var larger = functional.interpolate(x, scale_factor: [2.0, 2.0], mode: InterpolationMode.Nearest);
        return conv.forward(larger);
    }
}
