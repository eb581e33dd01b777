using System.Text.Json;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Vqgan;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests;

/// <summary>The presets have the original's sizes. Built on the meta device, which has shapes but no memory.</summary>
public sealed class FullSizeTests
{
    private static readonly JsonElement Sizes = JsonDocument.Parse(File.ReadAllText(Repository.Reference("config.json"))).RootElement.GetProperty("full_size");

    [Fact]
    public void Gpt2_medium() => Check("gpt2_medium (vocab 16384, block 256, cond 512)", new Models.Gpt.Gpt(GptConfig.Medium(), META));

    [Fact]
    public void Clip_vit_b_32() => Check("clip_vit_b32", new Models.Clip.Clip(ClipConfig.VitB32, META));

    [Fact]
    public void Vqgan_f16() => Check("vqgan (16384, 256)", new Models.Vqgan.Vqgan(VqganConfig.F16, META));

    [Fact]
    public void Gpt2_large()
    {
        using var scope = NewDisposeScope();
        using var gpt = new Models.Gpt.Gpt(GptConfig.Large(), META);

        Assert.Equal(36 * 13 + 8, ModuleWeights.Export(gpt).Count);
        Assert.Equal(36L * Block(1280) + 2 * 16384 * 1280L + 16384 + 513 * 1280 + 256 * 1280 + 2 * 1280, gpt.parameters().Sum(parameter => parameter.numel()));

        // Attention (4 matrices with biases), MLP (4 times as wide), two norms.
        static long Block(long width) => 4 * (width * width + width) + 8 * width * width + 5 * width + 4 * width;
    }

    private static void Check(string name, nn.Module network)
    {
        using var scope = NewDisposeScope();
        var expected = Sizes.GetProperty(name);
        var entries = ModuleWeights.Export(network);

        Assert.All(entries, entry => Assert.True(entry.Value.device_type == TorchSharp.DeviceType.META, $"{entry.Name} takes memory."));
        Assert.Equal(expected.GetProperty("parameters").GetInt64(), network.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(expected.GetProperty("state_dict_entries").GetInt32(), entries.Count);
        var children = network.named_children().ToDictionary(child => child.name, child => child.module.parameters().Sum(parameter => parameter.numel()));
        foreach (var child in expected.GetProperty("children").EnumerateObject().Where(child => child.Name != "drop"))
        {
            Assert.Equal((child.Name, child.Value.GetInt64()), (child.Name, children[child.Name]));
        }
        network.Dispose();
    }
}
