using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Layers;

/// <summary>Normalisation layers as the original builds them.</summary>
public static class Norms
{
    /// <summary>GroupNorm over 32 groups, eps 1e-5 (the original's; taming-transformers has 1e-6), scale 1 and shift 0.</summary>
    /// <exception cref="ArgumentException"><paramref name="channels"/> is no multiple of 32.</exception>
    public static GroupNorm Group(int channels, Device? device)
    {
        const int Groups = 32;
        if (channels % Groups != 0) throw new ArgumentException($"{channels} channels cannot be split over {Groups} groups; use a multiple of {Groups}.", nameof(channels));
        var norm = GroupNorm(Groups, channels, 1e-5, device: device);
        // TorchSharp 0.107 leaves both uninitialised.
        using (no_grad())
        {
            norm.weight.fill_(1);
            norm.bias!.fill_(0);
        }
        return norm;
    }
}
