using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Clip;

/// <summary>The stack of residual blocks that both of CLIP's towers are made of.</summary>
public sealed class ClipTransformer : Module<Tensor, Tensor>
{
    public readonly Sequential resblocks;

    public ClipTransformer(int width, int layers, int heads, bool causal, Device? device = null) : base(nameof(ClipTransformer))
    {
        resblocks = Sequential([.. Enumerable.Range(0, layers).Select(_ => new ClipBlock(width, heads, causal, device))]);
        RegisterComponents();
    }

    /// <param name="x">[B, L, W].</param>
    public override Tensor forward(Tensor x) => resblocks.forward(x);
}

/// <summary>Pre-norm residual attention and MLP.</summary>
public sealed class ClipBlock : Module<Tensor, Tensor>
{
    public readonly PackedAttention attn;
    public readonly LayerNorm ln_1;
    public readonly ClipMlp mlp;
    public readonly LayerNorm ln_2;
    private readonly bool causal;

    public ClipBlock(int width, int heads, bool causal, Device? device = null) : base(nameof(ClipBlock))
    {
        this.causal = causal;
        attn = new PackedAttention(width, heads, device);
        ln_1 = LayerNorm(width, device: device);
        mlp = new ClipMlp(width, device);
        ln_2 = LayerNorm(width, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x.Plus(attn.forward(ln_1.forward(x), causal));
        return x.Plus(mlp.forward(ln_2.forward(x))).MoveToOuterDisposeScope();
    }
}

/// <summary>4× MLP with QuickGELU, x · sigmoid(1.702 x).</summary>
public sealed class ClipMlp : Module<Tensor, Tensor>
{
    public readonly Linear c_fc;
    public readonly Linear c_proj;

    public ClipMlp(int width, Device? device = null) : base(nameof(ClipMlp))
    {
        c_fc = Linear(width, 4 * width, device: device);
        c_proj = Linear(4 * width, width, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return c_proj.forward(QuickGelu(c_fc.forward(x))).MoveToOuterDisposeScope();
    }

    public static Tensor QuickGelu(Tensor x) => x * sigmoid(x.mul(Scalars.QuickGelu));
}
