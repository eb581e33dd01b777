using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Training.Losses;

/// <summary>
/// Learned perceptual distance (Zhang et al. 2018; losses/lpips.py): VGG16 features of two images, normalised over the
/// channels, squared differences weighted by a 1×1 convolution. The published LPIPS adds 1e-10 to the norm; this one, as the
/// original, bounds it below by 1e-12.
/// </summary>
public sealed class Lpips : Module<Tensor, Tensor, Tensor>
{
    /// <summary>VGG16's channels at its five taps.</summary>
    public static IReadOnlyList<int> Vgg16Channels { get; } = [64, 128, 256, 512, 512];

    public readonly LpipsScaling scaling_layer;
    public readonly VggFeatures net;
    public readonly LpipsHead lin0;
    public readonly LpipsHead lin1;
    public readonly LpipsHead lin2;
    public readonly LpipsHead lin3;
    public readonly LpipsHead lin4;

    public Lpips(IReadOnlyList<int> channels, Device? device = null) : base(nameof(Lpips))
    {
        ConvolutionBackends.Ensure();
        scaling_layer = new LpipsScaling(device);
        net = new VggFeatures(channels, device);
        lin0 = new LpipsHead(channels[0], device);
        lin1 = new LpipsHead(channels[1], device);
        lin2 = new LpipsHead(channels[2], device);
        lin3 = new LpipsHead(channels[3], device);
        lin4 = new LpipsHead(channels[4], device);
        RegisterComponents();
        foreach (var parameter in parameters()) parameter.requires_grad = false;
        eval();
    }

    /// <param name="a">[B, 3, H, W] in [−1, 1].</param>
    /// <param name="b">[B, 3, H, W] in [−1, 1].</param>
    /// <returns>[B], 0 for equal images.</returns>
    public override Tensor forward(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        var left = net.forward(scaling_layer.forward(a));
        var right = net.forward(scaling_layer.forward(b));
        LpipsHead[] heads = [lin0, lin1, lin2, lin3, lin4];
        var total = zeros(a.shape[0], a.dtype, a.device);
        for (int i = 0; i < heads.Length; i++)
        {
            var difference = (Unit(left[i]) - Unit(right[i])).square();     // [B, C, h, w]
            total = total + heads[i].forward(difference).mean([1L, 2L, 3L]); // [B]
        }
        return total.MoveToOuterDisposeScope();
    }

    private static Tensor Unit(Tensor features) => functional.normalize(features, p: 2, dim: 1, eps: 1e-12);
}

/// <summary>Brings [−1, 1] images to the statistics VGG was trained with.</summary>
public sealed class LpipsScaling : Module<Tensor, Tensor>
{
    private readonly Tensor shift;
    private readonly Tensor scale;

    public LpipsScaling(Device? device = null) : base(nameof(LpipsScaling))
    {
        shift = tensor([-.030f, -.088f, -.188f], [1, 3, 1, 1], device: device).DetachFromDisposeScope();
        scale = tensor([.458f, .448f, .450f], [1, 3, 1, 1], device: device).DetachFromDisposeScope();
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => (x - shift) / scale;
}

/// <summary>The weights of one tap, without bias; index 1 because index 0 is the original's dropout.</summary>
public sealed class LpipsHead : Module<Tensor, Tensor>
{
    public readonly Sequential model;

    public LpipsHead(int channels, Device? device = null) : base(nameof(LpipsHead))
    {
        model = Sequential(Dropout(), new Convolution2d(channels, 1, 1, bias: false, device: device));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => model.forward(x);
}

/// <summary>VGG16's convolutions in five slices, tapped after relu1_2, 2_2, 3_3, 4_3 and 5_3; keys keep torchvision's numbers.</summary>
public sealed class VggFeatures : Module
{
    public readonly Sequential slice1;
    public readonly Sequential slice2;
    public readonly Sequential slice3;
    public readonly Sequential slice4;
    public readonly Sequential slice5;

    public VggFeatures(IReadOnlyList<int> channels, Device? device = null) : base(nameof(VggFeatures))
    {
        int number = 0, input = 3;
        Sequential Slice(int convolutions, int output, bool pool)
        {
            var layers = new List<(string, Module<Tensor, Tensor>)>();
            if (pool) layers.Add(($"{number++}", MaxPool2d(2, 2)));
            for (int i = 0; i < convolutions; i++)
            {
                layers.Add(($"{number++}", new Convolution2d(input, output, 3, padding: 1, device: device)));
                layers.Add(($"{number++}", ReLU()));
                input = output;
            }
            return Sequential(layers);
        }
        slice1 = Slice(2, channels[0], pool: false);
        slice2 = Slice(2, channels[1], pool: true);
        slice3 = Slice(3, channels[2], pool: true);
        slice4 = Slice(3, channels[3], pool: true);
        slice5 = Slice(3, channels[4], pool: true);
        RegisterComponents();
    }

    public IReadOnlyList<Tensor> forward(Tensor x)
    {
        var taps = new List<Tensor>();
        foreach (var slice in new[] { slice1, slice2, slice3, slice4, slice5 }) taps.Add(x = slice.forward(x));
        return taps;
    }
}
