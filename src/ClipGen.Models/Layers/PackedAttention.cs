using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Layers;

/// <summary>
/// Self-attention with query, key and value projections stacked in one matrix: the layout of PyTorch's
/// <c>nn.MultiheadAttention</c> (<c>in_proj_weight</c> [3E, E], <c>out_proj</c>), batch first.
/// </summary>
public sealed class PackedAttention : Module
{
    public readonly Parameter in_proj_weight;
    public readonly Parameter in_proj_bias;
    public readonly Linear out_proj;
    private readonly int heads;

    public PackedAttention(int width, int heads, Device? device = null) : base(nameof(PackedAttention))
    {
        if (width % heads != 0) throw new ArgumentException($"A width of {width} cannot be split over {heads} heads.", nameof(heads));
        this.heads = heads;
        in_proj_weight = Parameter(init.xavier_uniform_(empty(3 * width, width, device: device)));
        in_proj_bias = Parameter(zeros(3 * width, device: device));
        out_proj = Linear(width, width, device: device);
        using (no_grad()) init.zeros_(out_proj.bias!);
        RegisterComponents();
    }

    /// <param name="x">[B, L, E].</param>
    /// <param name="causal">Position t sees positions 0 … t only.</param>
    /// <param name="dropout">Probability of dropping an attention weight; 0 outside training.</param>
    /// <returns>[B, L, E].</returns>
    public Tensor forward(Tensor x, bool causal = false, double dropout = 0)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = project(x);                                                                  // 3 × [B, H, L, D]
        var mixed = functional.scaled_dot_product_attention(q, k, v, p: dropout, is_casual: causal); // [B, H, L, D]
        return join(mixed).MoveToOuterDisposeScope();                                                // [B, L, E]
    }

    /// <summary>Splits the projections over the heads: [B, L, E] to three [B, H, L, D].</summary>
    public (Tensor Query, Tensor Key, Tensor Value) project(Tensor x)
    {
        long batch = x.size(0), length = x.size(1), width = x.size(2);
        var packed = functional.linear(x, in_proj_weight, in_proj_bias).view(batch, length, 3, heads, width / heads).permute(2, 0, 3, 1, 4); // [3, B, H, L, D]
        return (packed[0], packed[1], packed[2]);
    }

    /// <summary>
    /// What single queries see: [B, H, 1, D], [B, H, T, D] twice and an additive mask [B, 1, 1, T] to [B, H, 1, D]. A row's result is
    /// the same to the last bit in any row.
    /// </summary>
    public static Tensor look(Tensor query, Tensor keys, Tensor values, Tensor mask)
    {
        // On the CPU the fused kernel computes a row differently in each of its threads (seen in libtorch 2.10: their work space is not aligned alike).
        if (query.device_type != DeviceType.CPU) return functional.scaled_dot_product_attention(query, keys, values, mask);
        using var scope = NewDisposeScope();
        using Scalar root = Math.Sqrt(query.size(3));
        var scores = query.div(root).matmul(keys.transpose(2, 3)).Plus(mask); // [B, H, 1, T]
        return scores.softmax(-1).matmul(values).MoveToOuterDisposeScope();   // [B, H, 1, D]
    }

    /// <summary>Joins the heads again and applies the output projection: [B, H, L, D] to [B, L, E].</summary>
    public Tensor join(Tensor mixed) => out_proj.forward(mixed.transpose(1, 2).flatten(2));
}
