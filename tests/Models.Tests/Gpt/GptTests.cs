using ClipGen.Models.Gpt;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Gpt;

/// <summary>The full forward pass against the original's.</summary>
public sealed class GptTests
{
    private readonly Goldens _goldens = new("gpt_tiny_goldens.safetensors");

    [Fact]
    public void Matches_the_original_block_by_block()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var gpt = ReferenceModels.GptTiny();

        var x = gpt.embed(_goldens["indices"].narrow(0, 0, 1), _goldens["cond"].narrow(0, 0, 1));
        _goldens.Close("embedded", x, 2e-5);
        int layer = 0;
        foreach (var block in gpt.blocks.children().Cast<GptBlock>()) _goldens.Close($"block{layer++}", x = block.forward(x), 2e-5);
        Assert.Equal(3, layer);
    }

    [Fact]
    public void Matches_the_originals_logits()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var gpt = ReferenceModels.GptTiny();

        _goldens.Close("logits", gpt.forward(_goldens["indices"], _goldens["cond"]), 5e-5);
        _goldens.Close("logits_empty_prefix", gpt.forward(empty([2, 0], int64), _goldens["cond"]), 5e-5);
    }

    [Fact]
    public void Refuses_more_codes_than_it_has_positions()
    {
        using var scope = NewDisposeScope();
        using var gpt = ReferenceModels.GptTiny();

        Assert.Throws<ArgumentException>(() => gpt.forward(zeros([2, 64], int64), _goldens["cond"]));
    }
}
