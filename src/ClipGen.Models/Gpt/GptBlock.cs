using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Gpt;

/// <summary>One transformer layer under the key <c>encoder</c>, and the causal mask that every checkpoint carries.</summary>
public sealed class GptBlock : Module<Tensor, Tensor>
{
    public readonly GptLayer encoder;
    private readonly Tensor mask;

    public GptBlock(GptConfig config, Device? device = null) : base(nameof(GptBlock))
    {
        encoder = new GptLayer(config, device);
        // True above the diagonal. Attention is told to be causal instead; the buffer is there because checkpoints have it.
        mask = ones([config.BlockSize, config.BlockSize], ScalarType.Bool, device).triu(1).DetachFromDisposeScope();
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => encoder.forward(x);
}

/// <summary>
/// Pre-norm transformer layer with PyTorch's key names (<c>nn.TransformerEncoderLayer</c>, norm_first): LayerNorm eps 1e-5,
/// a 4× MLP with the exact (erf) GELU, biases everywhere.
/// </summary>
public sealed class GptLayer : Module<Tensor, Tensor>
{
    public readonly PackedAttention self_attn;
    public readonly Linear linear1;
    public readonly Linear linear2;
    public readonly LayerNorm norm1;
    public readonly LayerNorm norm2;
    private readonly double dropout;

    public GptLayer(GptConfig config, Device? device = null) : base(nameof(GptLayer))
    {
        self_attn = new PackedAttention(config.Width, config.Heads, device);
        linear1 = Linear(config.Width, 4 * config.Width, device: device);
        linear2 = Linear(4 * config.Width, config.Width, device: device);
        norm1 = LayerNorm(config.Width, device: device);
        norm2 = LayerNorm(config.Width, device: device);
        dropout = config.Dropout;
        RegisterComponents();
    }

    /// <param name="x">[B, L, E].</param>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x.Plus(drop(self_attn.forward(norm1.forward(x), causal: true, training ? dropout : 0)));
        return x.Plus(mlp(norm2.forward(x))).MoveToOuterDisposeScope();
    }

    /// <summary>One position of every slot, each at its own place in its sequence; or several of one slot.</summary>
    /// <param name="x">[S, 1, E].</param>
    /// <param name="rows">[S · H], where to write in the cache.</param>
    /// <param name="mask">[S, 1, 1, T], additive.</param>
    /// <param name="slot">The slot of all rows; null for one each.</param>
    internal Tensor step(Tensor x, int layer, KvCache cache, Tensor rows, Tensor mask, int? slot)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = self_attn.project(norm1.forward(x));                                      // 3 × [S, H, 1, D]
        var (keys, values) = cache.Append(layer, rows, k, v, slot);                               // [S, H, T, D]
        x = x.Plus(self_attn.join(PackedAttention.look(q, keys, values, mask)));                  // [S, 1, E]
        return x.Plus(mlp(norm2.forward(x))).MoveToOuterDisposeScope();
    }

    private Tensor mlp(Tensor x) => drop(linear2.forward(drop(functional.gelu(linear1.forward(x)))));

    private Tensor drop(Tensor x) => training && dropout > 0 ? functional.dropout(x, dropout, training) : x;
}
