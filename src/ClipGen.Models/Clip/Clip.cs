using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Clip;

/// <summary>CLIP (Radford et al. 2021; the original's models/clip.py): texts and images into one space.</summary>
public sealed class Clip : Module
{
    public readonly Parameter positional_embedding;
    public readonly Parameter text_projection;
    public readonly Parameter logit_scale;
    public readonly VisionTransformer visual;
    public readonly ClipTransformer transformer;
    public readonly Embedding token_embedding;
    public readonly LayerNorm ln_final;

    public Clip(ClipConfig config, Device? device = null) : base(nameof(Clip))
    {
        Config = config;
        // The original leaves these two uninitialised without a checkpoint; OpenAI's scales are used instead.
        positional_embedding = Parameter(randn(config.ContextLength, config.TextWidth, device: device) * 0.01);
        text_projection = Parameter(randn(config.TextWidth, config.EmbedSize, device: device) / Math.Sqrt(config.TextWidth));
        logit_scale = Parameter(full([], Math.Log(1 / 0.07), ScalarType.Float32, device));
        visual = new VisionTransformer(config, device);
        transformer = new ClipTransformer(config.TextWidth, config.TextLayers, config.TextHeads, causal: true, device);
        token_embedding = Embedding(config.VocabSize, config.TextWidth, device: device);
        ln_final = LayerNorm(config.TextWidth, device: device);
        RegisterComponents();
    }

    public ClipConfig Config { get; }

    /// <param name="images">[B, 3, S, S] in CLIP's normalisation.</param>
    /// <returns>[B, E], not normalised.</returns>
    public Tensor encode_image(Tensor images) => visual.forward(images);

    /// <param name="ids">[B, context length] int64. The feature is read at the first largest id, which is the end token's.</param>
    /// <returns>[B, E], not normalised.</returns>
    public Tensor encode_text(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var x = ln_final.forward(transformer.forward(embed_text(ids)));                         // [B, L, W]
        var end = ids.argmax(-1).view(-1, 1, 1).expand(-1, 1, x.size(2));                       // [B, 1, W]
        return x.gather(1, end).squeeze(1).matmul(text_projection).MoveToOuterDisposeScope();   // [B, E]
    }

    /// <summary>Token and position embeddings: [B, L, W].</summary>
    public Tensor embed_text(Tensor ids) => token_embedding.forward(ids).Plus(positional_embedding.narrow(0, 0, ids.size(1)));

    /// <summary>Divides every row by its L2 norm, without an epsilon, as the original does: [B, E].</summary>
    public static Tensor Normalize(Tensor embeddings) => embeddings / embeddings.norm(-1, keepdim: true);
}
