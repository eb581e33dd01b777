using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Gpt;

/// <summary>
/// GPT over VQGAN codes, conditioned on a CLIP embedding (CLIP-GEN §3.2; the original's models/gpt.py). The condition takes
/// position 0, so position t predicts code t.
/// </summary>
public sealed class Gpt : Module<Tensor, Tensor, Tensor>
{
    public readonly Parameter pos_emb;
    public readonly Embedding tok_emb;
    public readonly Linear cond_proj;
    public readonly Sequential blocks;
    public readonly LayerNorm norm;
    public readonly Linear head;
    private readonly GptBlock[] layers;

    public Gpt(GptConfig config, Device? device = null) : base(nameof(Gpt))
    {
        Config = config;
        pos_emb = Parameter(zeros(1, config.BlockSize, config.Width, device: device));
        tok_emb = Embedding(config.VocabSize, config.Width, device: device);
        cond_proj = Linear(config.CondSize, config.Width, device: device);
        layers = [.. Enumerable.Range(0, config.Layers).Select(_ => new GptBlock(config, device))];
        blocks = Sequential(layers);
        norm = LayerNorm(config.Width, device: device);
        head = Linear(config.Width, config.VocabSize, device: device);
        RegisterComponents();
    }

    public GptConfig Config { get; }

    internal GptLayer Layer(int number) => layers[number].encoder;

    /// <param name="codes">[B, L] int64, 0 ≤ L &lt; block size.</param>
    /// <param name="cond">[B, C], L2-normalised CLIP embeddings.</param>
    /// <returns>Logits [B, L + 1, V]; position t predicts code t.</returns>
    public override Tensor forward(Tensor codes, Tensor cond)
    {
        using var scope = NewDisposeScope();
        return head.forward(norm.forward(blocks.forward(embed(codes, cond)))).MoveToOuterDisposeScope(); // [B, L + 1, V]
    }

    /// <summary>Condition, then codes, plus positions, then dropout in training: [B, L + 1, E].</summary>
    public Tensor embed(Tensor codes, Tensor cond)
    {
        long length = codes.shape[1] + 1;
        if (length > Config.BlockSize) throw new ArgumentException($"{codes.shape[1]} codes and the condition do not fit {Config.BlockSize} positions.", nameof(codes));
        using var scope = NewDisposeScope();
        var x = cat([cond_proj.forward(cond).unsqueeze(1), tok_emb.forward(codes)], 1).Plus(pos_emb.narrow(1, 0, length)); // [B, L + 1, E]
        if (training && Config.Dropout > 0) x = functional.dropout(x, Config.Dropout, training);
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One step of every slot. Slots are independent and may stand anywhere in their sequences; the shapes are the same in
    /// every step, so a slot's result depends neither on its neighbours nor on which slot it is.
    /// </summary>
    /// <param name="codes">[S] int64: the code drawn last; ignored where the position is 0.</param>
    /// <param name="cond">[S, C]: read where the position is 0.</param>
    /// <param name="positions">[S] int64: the position to fill, 0 to block size − 1.</param>
    /// <returns>Logits [S, V] for the code at each slot's position.</returns>
    public Tensor step(Tensor codes, Tensor cond, Tensor positions, KvCache cache)
    {
        using var scope = NewDisposeScope();
        return head.forward(norm.forward(walk(codes, cond, positions, cache, null))).squeeze(1).MoveToOuterDisposeScope(); // [S, V]
    }

    /// <summary>
    /// Fills several positions of one slot at once, in the same shapes as a step, so that each is what a step would put there: on
    /// the CPU to the last bit. One pass over the whole prefix would be quicker still, but has other shapes and rounds differently:
    /// up to 5e-6 in every layer of the shapes model, enough to draw another code one day.
    /// </summary>
    /// <param name="codes">[S] int64, as many as the cache has slots: the codes before the positions; ignored where the position is 0.</param>
    /// <param name="cond">[S, C]: read where the position is 0.</param>
    /// <param name="positions">[S] int64: all positions before them are filled, or are among them. One may be there repeatedly, with the same code.</param>
    public void fill(Tensor codes, Tensor cond, Tensor positions, KvCache cache, int slot)
    {
        using var scope = NewDisposeScope();
        walk(codes, cond, positions, cache, slot);
    }

    /// <param name="slot">The slot that all rows belong to; null: row and slot are the same.</param>
    private Tensor walk(Tensor codes, Tensor cond, Tensor positions, KvCache cache, int? slot)
    {
        using var scope = NewDisposeScope();
        var first = positions.eq(Scalars.Zero).unsqueeze(1);                                                       // [S, 1]
        // A tensor over a .NET array is not aligned, and an unaligned product differs in its last bits; a copy is aligned.
        var x = where(first, cond_proj.forward(cond.clone()), tok_emb.forward(codes));                             // [S, E]
        x = x.Plus(pos_emb[0].index_select(0, positions)).unsqueeze(1);                                            // [S, 1, E]
        Tensor rows = cache.Rows(positions, slot), mask = cache.Mask(positions, x.dtype);
        for (int layer = 0; layer < layers.Length; layer++) x = layers[layer].encoder.step(x, layer, cache, rows, mask, slot); // [S, 1, E]
        return x.MoveToOuterDisposeScope();
    }
}
