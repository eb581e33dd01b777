using ClipGen.Models.Clip;
using ClipGen.Models.Layers;
using ClipGen.Models.Vqgan;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Tests.Layers;

/// <summary>Single operations as the networks use them, so that a difference in a network can be traced to one.</summary>
public sealed class OperationTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Goldens _ops = new("ops.safetensors");

    [Fact]
    public void Gelu_is_the_exact_one() => _ops.Close("gelu_erf", functional.gelu(_ops["x"]), 2e-6);

    [Fact]
    public void Quick_gelu_is_clips() => _ops.Close("quick_gelu", ClipMlp.QuickGelu(_ops["x"]), 1e-6);

    [Fact]
    public void Silu() => _ops.Close("silu", SiLU().forward(_ops["x"]), 1e-6);

    [Fact]
    public void Leaky_relu_has_slope_a_fifth() => _ops.Close("leaky_relu", LeakyReLU(0.2).forward(_ops["x"]), 1e-6);

    [Fact]
    public void Softmax() => _ops.Close("softmax", functional.softmax(_ops["x"], -1), 1e-6);

    [Fact]
    public void Layer_norm_has_eps_1e_5()
    {
        var norm = LayerNorm(33);
        norm.weight = Parameter(_ops["norm_w"]);
        norm.bias = Parameter(_ops["norm_b"]);

        _ops.Close("layer_norm", norm.forward(_ops["x"]), 1e-5);
    }

    [Fact]
    public void Group_norm_has_32_groups_and_eps_1e_5()
    {
        var norm = Norms.Group(32, 64, null);
        norm.weight = Parameter(_ops["gn_w"]);
        norm.bias = Parameter(_ops["gn_b"]);

        _ops.Close("group_norm", norm.forward(_ops["img"]), 1e-5);
    }

    [Fact]
    public void Convolution_with_padding()
    {
        var conv = new Convolution2d(64, 5, 3, padding: 1);
        SetWeights(conv, "conv_w", "conv_b");

        _ops.Close("conv_s1p1", conv.forward(_ops["img"]), 1e-5);
    }

    [Fact]
    public void Downsample_pads_on_the_right_and_at_the_bottom()
    {
        var down = new Downsample(64);
        SetWeights(down.conv, "conv_w", "conv_b");

        _ops.Close("conv_down", down.forward(_ops["img"]), 1e-5);
    }

    [Fact]
    public void Upsample_repeats_pixels()
    {
        var up = new Models.Vqgan.Upsample(64);
        SetWeights(up.conv, "conv_w", "conv_b");

        _ops.Close("conv_up", up.forward(_ops["img"]), 1e-5);
    }

    [Theory]
    [InlineData("conv4_s2p1", 2)]
    [InlineData("conv4_s1p1", 1)]
    public void The_discriminators_convolutions(string golden, int stride)
    {
        var conv = new Convolution2d(64, 5, 4, stride: stride, padding: 1, bias: false);
        SetWeights(conv, "conv4_w", null);

        _ops.Close(golden, conv.forward(_ops["img"]), 1e-5);
    }

    /// <summary>libtorch 2.10 rounds the places of its samples otherwise than 1.13: both are up to 1e-5 from the exact result, so 1e-6 cannot hold.</summary>
    [Theory]
    [InlineData("bilinear_28x35", 28, 35)]
    [InlineData("bilinear_50x17", 50, 17)]
    public void Bilinear_resize_without_antialias(string golden, int height, int width) =>
        _ops.Close(golden, functional.interpolate(_ops["bilinear_in"], [height, width], mode: InterpolationMode.Bilinear, align_corners: false), 1e-5);

    [Fact]
    public void Cross_entropy() => _ops.Close("ce_loss", functional.cross_entropy(_ops["ce_logits"], _ops["ce_target"]), 1e-6);

    [Fact]
    public void Cosine_similarity_is_the_product_of_normalised_rows()
    {
        var product = Models.Clip.Clip.Normalize(_ops["cos_b"]).matmul(Models.Clip.Clip.Normalize(_ops["cos_a"]).t()).squeeze(1);

        _ops.Close("cos", product, 1e-6);
        _ops.Close("cos", functional.cosine_similarity(_ops["cos_a"], _ops["cos_b"], 1, 1e-8), 1e-6);
    }

    [Fact]
    public void Batch_norm_evaluates_with_running_statistics()
    {
        var norm = CreateBatchNorm();
        norm.eval();

        _ops.Close("bn_eval", norm.forward(_ops["bn_in"]), 1e-5);
    }

    [Fact]
    public void Batch_norm_trains_with_the_batchs_statistics_and_moves_the_running_ones()
    {
        var norm = CreateBatchNorm();
        norm.train();

        _ops.Close("bn_train", norm.forward(_ops["bn_in"]), 1e-5);
        _ops.Close("bn_running_mean_after", norm.running_mean!, 1e-6);
        _ops.Close("bn_running_var_after", norm.running_var!, 1e-6);
        Assert.Equal(1, norm.num_batches_tracked!.item<long>());
    }

    public void Dispose() => _scope.Dispose();

    private BatchNorm2d CreateBatchNorm()
    {
        var norm = BatchNorm2d(4);
        ModuleWeights.Load(norm, new[] { "weight", "bias", "running_mean", "running_var" }.ToDictionary(name => name, name => _ops["bn_" + name]), "batch norm");
        return norm;
    }

    private void SetWeights(Convolution2d conv, string weight, string? bias)
    {
        conv.weight = Parameter(_ops[weight]);
        if (bias is not null) conv.bias = Parameter(_ops[bias]);
    }
}
