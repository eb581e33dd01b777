using System.Text.Json;
using ClipGen.Training.Optimization;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Optimization;

public sealed class ParameterGroupsTests
{
    [Fact]
    public void Gpts_groups_are_the_originals()
    {
        using var scope = NewDisposeScope();
        using var gpt = ReferenceModels.GptMicro();
        var groups = JsonDocument.Parse(File.ReadAllText(Repository.Reference("config.json"))).RootElement.GetProperty("gpt_micro_optimizer_groups");

        var (decayed, plain) = ParameterGroups.Names(gpt);

        Assert.Equal(Names(groups[0]), decayed);
        Assert.Equal(Names(groups[1]), plain);

        static IEnumerable<string?> Names(JsonElement group) => group.GetProperty("params").EnumerateArray().Select(name => name.GetString());
    }

    /// <summary>"blocks.10" comes before "blocks.2", as the original sorts.</summary>
    [Fact]
    public void Names_are_in_ordinal_order()
    {
        using var scope = NewDisposeScope();
        using var gpt = new Models.Gpt.Gpt(ReferenceModels.GptMicroConfig with { Layers = 11 }, META);

        var decayed = ParameterGroups.Names(gpt).Decayed.ToList();

        Assert.True(decayed.IndexOf("blocks.10.encoder.linear1.weight") < decayed.IndexOf("blocks.2.encoder.linear1.weight"));
    }
}
