using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Layers;

/// <summary>
/// <c>torch.nn.Conv2d</c>: its weights, names and initial values. TorchSharp 0.107's own asks for its input's shape twice in each call, and every array of sizes
/// that it reads leaves a native thunk, two handles and a finalizer to the garbage collector: of 60 requests' images these were 45,000, and
/// a collection stopped every thread for 45 ms. Here libtorch itself checks the shape.
/// </summary>
public sealed class Convolution2d : Convolution
{
    /// <param name="inputs">Channels.</param>
    /// <param name="outputs">Channels.</param>
    /// <param name="side">Of the kernel.</param>
    /// <param name="padding">Zeros on each side.</param>
    public Convolution2d(int inputs, int outputs, int side, int stride = 1, int padding = 0, bool bias = true, Device? device = null)
        : base(
            "Conv2d", inputs, outputs, [side, side], [stride, stride], [padding, padding], padding_type: null, dilation: [1, 1], transposed: false, output_padding: [0, 0],
            groups: 1, bias, PaddingModes.Zeros, device)
    {
    }

    /// <param name="input">[B, inputs, H, W].</param>
    /// <returns>[B, outputs, ⌊(H + 2 padding − side) / stride⌋ + 1, the same of W].</returns>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The input has other channels.</exception>
    public override Tensor forward(Tensor input) => functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
}
