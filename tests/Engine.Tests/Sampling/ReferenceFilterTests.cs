using System.Text.Json;
using ClipGen.Engine.Sampling;

namespace ClipGen.Engine.Tests.Sampling;

/// <summary>Top-k and top-p against the original's <c>top_k_top_p</c>.</summary>
public sealed class ReferenceFilterTests
{
    private static readonly Goldens Goldens = new("gpt_tiny_goldens.safetensors");

    private static readonly JsonElement[] Filters =
        [.. JsonDocument.Parse(File.ReadAllText(Repository.Reference("config.json"))).RootElement.GetProperty("filters").EnumerateArray()];

    public static TheoryData<string> Cases => [.. Filters.Select(filter => filter.GetProperty("name").GetString()!)];

    [Fact]
    public void Every_filter_of_the_goldens_is_a_case() =>
        Assert.Equal(Goldens.Names.Where(name => name.StartsWith("filter_out_", StringComparison.Ordinal)).Order(), Cases.Select(row => row.Data).Order());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Keeps_what_the_original_keeps(string name)
    {
        var filter = Filters.Single(f => f.GetProperty("name").GetString() == name);
        string input = filter.GetProperty("input").GetString()!;
        int topK = filter.GetProperty("top_k") is { ValueKind: JsonValueKind.Number } k ? k.GetInt32() : int.MaxValue;
        int width = (int)Goldens.Shape(input)[1];
        var distribution = new CodeDistribution();
        foreach (var (logits, expected) in Goldens.Floats(input).Chunk(width).Zip(Goldens.Floats(name).Chunk(width)))
        {
            distribution.Set(logits, new(topK, filter.GetProperty("top_p").GetDouble(), Temperature: 1));

            int[] kept = distribution.Codes.ToArray();
            int[] expectedKept = [.. Enumerable.Range(0, width).Where(i => float.IsFinite(expected[i]))];
            float[] falling = [.. expectedKept.Select(i => expected[i]).OrderDescending()];
            // With many ties, which of the tied ones survive is an accident of the original's sort.
            if (input != "filter_in_c") Assert.Equal(expectedKept, kept.Order());
            Assert.Equal(falling, kept.Select(code => logits[code]));
            double sum = falling.Sum(logit => Math.Exp((double)logit - falling[0]));
            Assert.All(kept.Index(), entry => Assert.Equal(Math.Exp((double)falling[entry.Index] - falling[0]) / sum, distribution.Probabilities[entry.Index], 14));
        }
    }

    [Fact]
    public void A_step_draws_from_the_originals_distribution()
    {
        const int Width = 256, Positions = 64;
        float[] all = Goldens.Floats("logits");
        var distribution = new CodeDistribution();
        foreach (var (row, expected) in Goldens.Floats("step_probs").Chunk(Width).Index())
        {
            distribution.Set(all.AsSpan((row * Positions + Positions - 1) * Width, Width), new(TopK: 50, TopP: 0.9, Temperature: 0.8));

            double[] probabilities = new double[Width];
            for (int i = 0; i < distribution.Count; i++) probabilities[distribution.Codes[i]] = distribution.Probabilities[i];
            Assert.All(expected.Index(), entry => Assert.Equal(entry.Item, probabilities[entry.Index], 1e-6));
            Assert.Equal(expected.Count(p => p > 0), distribution.Count);
        }
    }
}
