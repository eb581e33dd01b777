using ClipGen.Models;
using ClipGen.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Losses;

public sealed class LpipsTests
{
    private readonly Goldens _goldens = new("lpips_tiny_goldens.safetensors");

    [Fact]
    public void Matches_the_original()
    {
        using var scope = NewDisposeScope();
        using var lpips = TinyLpips.Create();

        _goldens.CloseRelative("lpips", lpips.forward(_goldens["a"], _goldens["b"]), 1e-4);
        var taps = lpips.net.forward(lpips.scaling_layer.forward(_goldens["a"]));
        Assert.Equal(5, taps.Count);
        for (int i = 0; i < taps.Count; i++) _goldens.Close($"relu{i}", taps[i].narrow(0, 0, 1), 2e-5);
    }

    [Fact]
    public void Equal_images_are_at_distance_zero()
    {
        using var scope = NewDisposeScope();
        using var lpips = TinyLpips.Create();

        Assert.Equal(0, lpips.forward(_goldens["a"], _goldens["a"]).abs().max().item<float>());
    }

    /// <summary>Keys, shapes and order of the original's file, and its input scaling, which we have by default.</summary>
    [Fact]
    public void Has_the_originals_keys_and_input_scaling()
    {
        using var scope = NewDisposeScope();
        using var lpips = TinyLpips.Create();
        using var original = Checkpoint.LoadStateDict(Repository.Reference("lpips_tiny.pt"));

        var entries = ModuleWeights.Export(lpips);
        Assert.Equal(original.Keys, entries.Select(entry => entry.Name));
        foreach (var (name, value) in entries) TensorAssert.Same(original[name].to(float32), value, name);
    }

    /// <summary>VGG16's real widths: 14,714,688 parameters before its classifier, and one weight a channel of each tap.</summary>
    [Fact]
    public void Full_size_is_that_of_vgg16()
    {
        using var scope = NewDisposeScope();
        using var lpips = new Training.Losses.Lpips(Training.Losses.Lpips.Vgg16Channels, META);

        Assert.Equal(14_714_688 + 64 + 128 + 256 + 512 + 512, lpips.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void The_input_scaling_moves_with_the_network()
    {
        using var scope = NewDisposeScope();
        using var lpips = TinyLpips.Create();
        lpips.to(float64);

        _goldens.CloseRelative("lpips", lpips.forward(_goldens["a"].to(float64), _goldens["b"].to(float64)), 1e-4);
    }

    [Fact]
    public void Its_weights_are_never_trained()
    {
        using var scope = NewDisposeScope();
        using var lpips = TinyLpips.Create();

        Assert.All(lpips.parameters(), parameter => Assert.False(parameter.requires_grad));
    }
}
