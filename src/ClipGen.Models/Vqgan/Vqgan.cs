using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Vqgan;

/// <summary>Images to discrete codes and back (Esser et al. 2021; models/vqgan.py).</summary>
public sealed class Vqgan : Module
{
    public readonly Encoder encoder;
    public readonly Decoder decoder;
    public readonly VectorQuantizer quantizer;
    public readonly Discriminator discriminator;

    public Vqgan(VqganConfig config, Device? device = null) : base(nameof(Vqgan))
    {
        Config = config;
        encoder = new Encoder(config, device);
        decoder = new Decoder(config, device);
        quantizer = new VectorQuantizer(config, device);
        discriminator = new Discriminator(config, device);
        RegisterComponents();
    }

    public VqganConfig Config { get; }

    /// <param name="images">[B, 3, R, R] in [−1, 1].</param>
    /// <returns>As <see cref="VectorQuantizer.forward"/>.</returns>
    public (Tensor Quantized, Tensor Loss, Tensor Codes) encode(Tensor images)
    {
        using var z = encoder.forward(images);
        return quantizer.forward(z);
    }

    /// <summary>Latent to image: [B, Z, h, w] to [B, 3, R, R], not clamped.</summary>
    public Tensor decode(Tensor z) => decoder.forward(z);

    /// <summary>Codes to image, by the embeddings themselves: [B, h, w] int64 to [B, 3, R, R], not clamped.</summary>
    public Tensor decode_codes(Tensor codes)
    {
        using var z = quantizer.decode(codes);
        return decoder.forward(z);
    }
}
