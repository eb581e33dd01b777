using ClipGen.Models.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Clip;

/// <summary>CLIP's image tower: patches and a class token through a transformer; the class token's output is the feature.</summary>
public sealed class VisionTransformer : Module<Tensor, Tensor>
{
    public readonly Parameter class_embedding;
    public readonly Parameter positional_embedding;
    public readonly Parameter proj;
    public readonly Convolution2d conv1;
    public readonly LayerNorm ln_pre;
    public readonly ClipTransformer transformer;
    public readonly LayerNorm ln_post;

    public VisionTransformer(ClipConfig config, Device? device = null) : base(nameof(VisionTransformer))
    {
        ConvolutionBackends.Ensure();
        int width = config.VisionWidth;
        double scale = 1 / Math.Sqrt(width);
        class_embedding = Parameter(randn(width, device: device) * scale);
        positional_embedding = Parameter(randn(config.Patches + 1, width, device: device) * scale);
        proj = Parameter(randn(width, config.EmbedSize, device: device) * scale);
        conv1 = new Convolution2d(3, width, config.PatchSize, stride: config.PatchSize, bias: false, device: device);
        ln_pre = LayerNorm(width, device: device);
        transformer = new ClipTransformer(width, config.VisionLayers, config.VisionHeads, causal: false, device);
        ln_post = LayerNorm(width, device: device);
        RegisterComponents();
    }

    /// <param name="images">[B, 3, S, S], normalised with CLIP's mean and standard deviation.</param>
    /// <returns>[B, E], not normalised.</returns>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var features = ln_post.forward(transformer.forward(embed(images)).select(1, 0)); // [B, W]
        return features.matmul(proj).MoveToOuterDisposeScope();                          // [B, E]
    }

    /// <summary>The transformer's input, after <c>ln_pre</c>: [B, 1 + patches, W].</summary>
    public Tensor embed(Tensor images)
    {
        using var scope = NewDisposeScope();
        var patches = conv1.forward(images).flatten(2).transpose(1, 2);                       // [B, P, W]
        var start = class_embedding.view(1, 1, -1).expand(images.size(0), 1, -1);             // [B, 1, W]
        return ln_pre.forward(cat([start, patches], 1).Plus(positional_embedding)).MoveToOuterDisposeScope();
    }
}
