using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Vqgan;

/// <summary>Two pre-activated 3×3 convolutions with a shortcut (1×1 where the channels change).</summary>
public sealed class ResnetBlock : Module<Tensor, Tensor>
{
    public readonly Sequential block;
    public readonly Convolution2d? shortcut;

    public ResnetBlock(int input, int output, int groups, Device? device = null) : base(nameof(ResnetBlock))
    {
        block = Sequential(
            Norms.Group(groups, input, device),
            SiLU(),
            new Convolution2d(input, output, 3, padding: 1, device: device),
            Norms.Group(groups, output, device),
            SiLU(),
            Dropout(0), // keeps the original's numbering
            new Convolution2d(output, output, 3, padding: 1, device: device));
        if (input != output) shortcut = new Convolution2d(input, output, 1, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return block.forward(x).Plus(shortcut?.forward(x) ?? x).MoveToOuterDisposeScope();
    }
}
