using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Layers;

/// <summary>Normalisation layers as the original builds them.</summary>
public static class Norms
{
    /// <summary>GroupNorm with eps 1e-5 (the original's; taming-transformers has 1e-6), scale 1 and shift 0.</summary>
    /// <param name="groups">The original: 32.</param>
    /// <exception cref="ArgumentException"><paramref name="channels"/> is no multiple of <paramref name="groups"/>.</exception>
    public static GroupNorm Group(int groups, int channels, Device? device)
    {
        if (channels % groups != 0) throw new ArgumentException($"{channels} channels cannot be split over {groups} groups; use a multiple of {groups}.", nameof(channels));
        var norm = GroupNorm(groups, channels, 1e-5, device: device);
        // TorchSharp 0.107 leaves both uninitialised.
        using (no_grad())
        {
            norm.weight.fill_(1);
            norm.bias!.fill_(0);
        }
        return norm;
    }
}
