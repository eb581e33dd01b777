using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Vqgan;

/// <summary>Attention with one head over all places of a feature map, added to it.</summary>
public sealed class AttnBlock : Module<Tensor, Tensor>
{
    public readonly GroupNorm norm;
    public readonly PackedAttention attn;

    public AttnBlock(int channels, int groups, Device? device = null) : base(nameof(AttnBlock))
    {
        norm = Norms.Group(groups, channels, device);
        attn = new PackedAttention(channels, heads: 1, device);
        RegisterComponents();
    }

    /// <param name="x">[B, C, H, W].</param>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var places = norm.forward(x).flatten(2).transpose(1, 2);                                          // [B, HW, C]
        var seen = attn.forward(places).transpose(1, 2).unflatten(2, x.size(2), x.size(3));               // [B, C, H, W]
        return x.Plus(seen).MoveToOuterDisposeScope();
    }
}
