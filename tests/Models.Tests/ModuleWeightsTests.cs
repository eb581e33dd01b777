using ClipGen.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests;

public sealed class ModuleWeightsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly nn.Module<Tensor, Tensor> _network = nn.Sequential(("fc", nn.Linear(3, 2)), ("bn", nn.BatchNorm2d(2)));

    [Fact]
    public void Copies_parameters_and_buffers_and_widens_fp16()
    {
        var weights = CreateWeights();

        ModuleWeights.Load(_network, weights, "net");

        foreach (var (name, value) in ModuleWeights.Export(_network))
        {
            TensorAssert.Same(weights[name].to(value.dtype), value, name);
        }
    }

    [Fact]
    public void Names_every_kind_of_misfit_at_once_and_copies_nothing()
    {
        var weights = CreateWeights();
        weights.Remove("fc.bias");
        weights["fc.weight"] = ones([2, 4]);
        weights["bn.weight"] = ones([2], int64);
        weights["extra"] = ones(1);
        var before = ModuleWeights.Export(_network).Select(entry => entry.Value.clone()).ToArray();

        var error = Assert.Throws<ModelLoadException>(() => ModuleWeights.Load(_network, weights, "the test network"));

        Assert.Equal(
            "The weights do not fit the test network: 1 missing (fc.bias); 1 unexpected (extra); "
            + "2 of another shape or type (fc.weight is Float32[2, 4] and should be Float32[2, 3], bn.weight is Int64[2] and should be Float32[2]).",
            error.Message);
        foreach (var (expected, (name, value)) in before.Zip(ModuleWeights.Export(_network))) TensorAssert.Same(expected, value, name);
    }

    [Fact]
    public void Names_the_first_few_of_many()
    {
        var error = Assert.Throws<ModelLoadException>(() => ModuleWeights.Load(_network, new Dictionary<string, Tensor>(), "net"));

        Assert.Equal("The weights do not fit net: 6 missing (fc.weight, fc.bias, bn.weight, bn.bias, bn.running_mean and 1 more).", error.Message);
    }

    [Fact]
    public void Masks_and_batch_counts_may_be_missing()
    {
        var weights = CreateWeights();
        weights.Remove("bn.num_batches_tracked");
        ModuleWeights.Load(_network, weights, "net");

        using var gpt = new Models.Gpt.Gpt(ReferenceModels.GptTinyConfig);
        var gptWeights = new Goldens("gpt_tiny.safetensors").All().Where(entry => !entry.Key.EndsWith(".mask", StringComparison.Ordinal)).ToDictionary();
        ModuleWeights.Load(gpt, gptWeights, "gpt");
    }

    [Fact]
    public void Ignored_keys_may_be_missing_or_superfluous()
    {
        var weights = CreateWeights();
        weights.Remove("fc.bias");
        weights["vocab_size"] = tensor(3L);

        ModuleWeights.Load(_network, weights, "net", ".bias", "vocab_size");
    }

    /// <summary>The keys, shapes and order of the original's own files.</summary>
    [Theory]
    [InlineData("clip_tiny.pt")]
    [InlineData("clip_micro.pt")]
    [InlineData("gpt_tiny.pt")]
    [InlineData("gpt_micro.pt")]
    [InlineData("vqgan_tiny.pt")]
    public void Exports_the_originals_keys_in_the_originals_order(string file)
    {
        using nn.Module network = file switch
        {
            "clip_tiny.pt" => new Models.Clip.Clip(ReferenceModels.ClipTinyConfig),
            "clip_micro.pt" => new Models.Clip.Clip(ReferenceModels.ClipMicroConfig),
            "gpt_tiny.pt" => new Models.Gpt.Gpt(ReferenceModels.GptTinyConfig),
            "gpt_micro.pt" => new Models.Gpt.Gpt(ReferenceModels.GptMicroConfig),
            _ => new Models.Vqgan.Vqgan(ReferenceModels.VqganTinyConfig),
        };
        using var original = Checkpoint.LoadStateDict(Repository.Reference(file));

        Assert.Equal(
            original.Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]"),
            ModuleWeights.Export(network).Select(entry => $"{entry.Name} [{string.Join(", ", entry.Value.shape)}]"));
    }

    [Fact]
    public void Networks_outlive_the_dispose_scope_they_were_built_in()
    {
        nn.Module[] networks;
        using (NewDisposeScope())
        {
            networks = [new Models.Clip.Clip(ReferenceModels.ClipMicroConfig), new Models.Gpt.Gpt(ReferenceModels.GptMicroConfig), new Models.Vqgan.Vqgan(ReferenceModels.VqganTinyConfig)];
        }

        foreach (var network in networks)
        {
            var entries = ModuleWeights.Export(network);
            Assert.True(entries.Count > 20);
            Assert.All(entries, entry => Assert.False(entry.Value.IsInvalid, $"{entry.Name} is gone."));
            network.Dispose();
        }
    }

    [Fact]
    public void Exports_a_gpts_causal_mask_as_the_original_has_it()
    {
        using var gpt = new Models.Gpt.Gpt(ReferenceModels.GptTinyConfig);
        var goldens = new Goldens("gpt_tiny.safetensors");

        foreach (var (name, value) in ModuleWeights.Export(gpt).Where(entry => entry.Name.EndsWith(".mask", StringComparison.Ordinal))) goldens.Same(name, value);
    }

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    private static Dictionary<string, Tensor> CreateWeights() => new()
    {
        ["fc.weight"] = (arange(6, float32) / 4).view(2, 3).to(float16),
        ["fc.bias"] = tensor(new[] { 0.5f, -2 }).to(float16),
        ["bn.weight"] = tensor(new[] { 3f, 4 }),
        ["bn.bias"] = tensor(new[] { 5f, 6 }),
        ["bn.running_mean"] = tensor(new[] { 7f, 8 }),
        ["bn.running_var"] = tensor(new[] { 9f, 10 }),
        ["bn.num_batches_tracked"] = tensor(11L),
    };
}
