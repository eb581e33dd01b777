using ClipGen.Models.Checkpoints;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>The same weights in different containers.</summary>
public class ModelFileTests
{
    private static readonly string[] ScriptNumbers = ["input_resolution", "context_length", "vocab_size"];

    [Theory]
    [InlineData("clip_tiny")]
    [InlineData("gpt_tiny")]
    [InlineData("vqgan_tiny")]
    [InlineData("lpips_tiny")]
    public void A_PyTorch_file_holds_the_weights_of_its_safetensors_twin(string name)
    {
        using var expected = Checkpoint.LoadStateDict(Repository.Reference($"{name}.safetensors"));
        using var actual = Checkpoint.LoadStateDict(Repository.Reference($"{name}.pt"));
        // LPIPS has its input normalisation as buffers; the safetensors leaves them out.
        Assert.Equal(expected.Keys.Order(), actual.Keys.Where(key => !key.StartsWith("scaling_layer.", StringComparison.Ordinal)).Order());
        foreach (var (key, tensor) in expected) TensorAssert.SameValues(tensor, actual[key], key);
    }

    [Fact]
    public void Lpips_keeps_its_scaling_layer()
    {
        using var state = Checkpoint.LoadStateDict(Repository.Reference("lpips_tiny.pt"));
        Assert.Equal(2, state.Keys.Count(key => key.StartsWith("scaling_layer.", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_older_format_holds_the_same_CLIP_in_half_precision()
    {
        using var expected = Checkpoint.LoadStateDict(Repository.Reference("clip_micro.pt"));
        using var actual = Checkpoint.LoadStateDict(Repository.Reference("clip_micro_legacy.pt"));
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (key, tensor) in expected)
        {
            Assert.Equal(ScalarType.Float16, actual[key].dtype);
            TensorAssert.SameValues(tensor, actual[key], key);
        }
    }

    [Fact]
    public void A_TorchScript_archive_gives_the_same_CLIP_under_state_dict_names()
    {
        using var expected = Checkpoint.LoadStateDict(Repository.Reference("clip_micro.pt"));
        using var actual = Checkpoint.LoadStateDict(Repository.Reference("clip_micro_script.pt"));
        Assert.Contains("visual.transformer.resblocks.0.attn.in_proj_weight", actual.Keys);
        Assert.Equal(expected.Keys.Concat(ScriptNumbers).Order(), actual.Keys.Order());
        foreach (var (key, tensor) in expected) TensorAssert.SameValues(tensor, actual[key], key);
    }

    [Fact]
    public void A_TorchScript_archive_keeps_its_mixed_precision_and_its_three_numbers()
    {
        using var state = Checkpoint.LoadStateDict(Repository.Reference("clip_micro_script.pt"));
        Assert.Equal(ScalarType.Float16, state["visual.conv1.weight"].dtype);
        Assert.Equal(ScalarType.Float32, state["ln_final.weight"].dtype);
        Assert.All(ScriptNumbers, name => Assert.Equal(ScalarType.Int64, state[name].dtype));
        Assert.Equal(77, state["context_length"].item<long>());
    }
}
