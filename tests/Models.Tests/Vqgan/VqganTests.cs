using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Vqgan;

/// <summary>Encoder, codebook, decoder and discriminator against the original's, in evaluation mode.</summary>
public sealed class VqganTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _noGrad = no_grad();
    private readonly Goldens _goldens = new("vqgan_tiny_goldens.safetensors");
    private readonly Models.Vqgan.Vqgan _vqgan = ReferenceModels.VqganTiny();

    [Fact]
    public void The_encoder_matches_the_original_layer_by_layer()
    {
        var encoder = _vqgan.encoder;
        var x = encoder.conv_in.forward(_goldens["images"]);
        _goldens.Close("enc_conv_in", Corner(x), 5e-5);
        _goldens.Close("enc_mid", Corner(encoder.mid.forward(encoder.down.forward(x))), 5e-5);
        _goldens.Close("z", encoder.forward(_goldens["images"]), 1e-4);
    }

    [Fact]
    public void The_quantizer_finds_the_same_codes()
    {
        var (quantized, loss, codes) = _vqgan.encode(_goldens["images"]);

        _goldens.Same("codes", codes);
        _goldens.Close("z_q", quantized, 1e-5);
        _goldens.CloseRelative("loss_quant", loss, 1e-4);
        _goldens.Same("codes", _vqgan.quantizer.encode(_goldens["z"]));
    }

    [Fact]
    public void The_decoder_matches_the_original_layer_by_layer()
    {
        var decoder = _vqgan.decoder;
        var x = decoder.conv_in.forward(decoder.quant_conv_in.forward(_goldens["z_q"]));
        _goldens.Close("dec_conv_in", Corner(x), 5e-5);
        _goldens.Close("dec_mid", Corner(decoder.mid.forward(x)), 5e-5);
    }

    [Fact]
    public void Reconstructs_as_the_original()
    {
        var reconstruction = _vqgan.decode(_vqgan.encode(_goldens["images"]).Quantized);

        _goldens.Close("recon", reconstruction, 1e-4);
        _goldens.CloseRelative("loss_l1", (_goldens["images"] - reconstruction).abs().mean(), 1e-4);
    }

    [Fact]
    public void Decodes_codes_as_the_original() => _goldens.Close("codes_in_pixels", _vqgan.decode_codes(_goldens["codes_in"]), 1e-4);

    [Fact]
    public void The_discriminator_matches_the_original()
    {
        var fake = _vqgan.discriminator.forward(_vqgan.decode(_vqgan.encode(_goldens["images"]).Quantized));

        _goldens.Close("stage0_logits_fake", fake, 2e-4);
        _goldens.Close("logits_real", _vqgan.discriminator.forward(_goldens["images"]), 2e-4);
    }

    [Fact]
    public void Ties_between_codes_go_to_the_lowest()
    {
        using (no_grad()) _vqgan.quantizer.embedding.weight!.fill_(0.25f);

        Assert.Equal(0, _vqgan.quantizer.encode(_goldens["z"]).max().item<long>());
    }

    public void Dispose()
    {
        _vqgan.Dispose();
        _noGrad.Dispose();
        _scope.Dispose();
    }

    /// <summary>Row 0, channels 0 to 3: what the goldens keep of an intermediate.</summary>
    private static Tensor Corner(Tensor x) => x.narrow(0, 0, 1).narrow(1, 0, 4);
}
