using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Vqgan;

/// <summary>Replaces every latent vector by the nearest row of a codebook (van den Oord et al. 2017; models/quantizer.py).</summary>
public sealed class VectorQuantizer : Module
{
    public readonly Embedding embedding;
    private readonly double beta;

    public VectorQuantizer(VqganConfig config, Device? device = null) : base(nameof(VectorQuantizer))
    {
        beta = config.Beta;
        embedding = Embedding(config.CodebookSize, config.EmbedSize, device: device);
        using (no_grad()) embedding.weight!.uniform_(-1.0 / config.CodebookSize, 1.0 / config.CodebookSize);
        RegisterComponents();
    }

    /// <param name="z">[B, Z, H, W].</param>
    /// <returns>Quantised z [B, Z, H, W] with the gradient passed straight through; the loss (scalar); codes [B, H, W] int64.</returns>
    public (Tensor Quantized, Tensor Loss, Tensor Codes) forward(Tensor z)
    {
        using var scope = NewDisposeScope();
        var codes = encode(z);
        var nearest = decode(codes);                                                                                      // [B, Z, H, W]
        var loss = functional.mse_loss(z, nearest.detach()) + beta * functional.mse_loss(z.detach(), nearest);
        var quantized = z + (nearest - z).detach();
        return (quantized.MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope(), codes.MoveToOuterDisposeScope());
    }

    /// <summary>The nearest rows: [B, Z, H, W] to [B, H, W] int64; ties go to the lowest.</summary>
    public Tensor encode(Tensor z)
    {
        using var scope = NewDisposeScope();
        var vectors = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]);                                                      // [BHW, Z]
        return cdist(vectors, embedding.weight!).argmin(1).view(z.shape[0], z.shape[2], z.shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>Codes to their embeddings: [B, H, W] int64 to [B, Z, H, W].</summary>
    public Tensor decode(Tensor codes) => embedding.forward(codes).permute(0, 3, 1, 2);
}
