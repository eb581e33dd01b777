using ClipGen.Engine.Sampling;
using ClipGen.Models.Gpt;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Engine.Tests.Sampling;

/// <summary>The cached step and the distribution together, against whole samples of the original.</summary>
public sealed class ReferenceSamplingTests : IDisposable
{
    private const int Steps = 64, Width = 256, Rows = 2;
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly IDisposable inference = inference_mode();
    private readonly Goldens goldens = new("gpt_tiny_goldens.safetensors");
    private readonly CodeDistribution distribution = new();

    public ReferenceSamplingTests() => set_num_threads(1);

    /// <summary>The original draws by a race, argmax of p / q with q from Exp(1), which is what its multinomial does; the draws are given.</summary>
    [Theory]
    [InlineData(GptRunners.Libtorch)]
    [InlineData(GptRunners.Kernels)]
    public void A_raced_sample_is_the_originals(GptRunners by)
    {
        float[] race = goldens.Floats("race_q");

        var drawn = Sample(by, new(TopK: 50, TopP: 0.9, Temperature: 0.9), (step, row) =>
        {
            int best = 0;
            double largest = -1;
            for (int i = 0; i < distribution.Count; i++)
            {
                double arrival = distribution.Probabilities[i] / race[(step * Rows + row) * Width + distribution.Codes[i]];
                if (arrival > largest) (best, largest) = (distribution.Codes[i], arrival);
            }
            return best;
        });

        Assert.Equal(goldens.Integers("race_tokens"), drawn);
    }

    [Theory]
    [InlineData(GptRunners.Libtorch, 1, 1.0, 1.0)]
    [InlineData(GptRunners.Libtorch, 500, 0.95, 0.0)]
    [InlineData(GptRunners.Libtorch, 500, 0.0, 1.0)]
    [InlineData(GptRunners.Kernels, 1, 1.0, 1.0)]
    [InlineData(GptRunners.Kernels, 500, 0.95, 0.0)]
    [InlineData(GptRunners.Kernels, 500, 0.0, 1.0)]
    public void Greedy_by_any_parameter_is_the_originals(GptRunners by, int topK, double topP, double temperature)
    {
        var drawn = Sample(by, new(topK, topP, temperature), (step, row) => distribution.Draw(CounterRandom.Uniform(1, row, step)));

        Assert.Equal(goldens.Integers("greedy"), drawn);
    }

    public void Dispose()
    {
        inference.Dispose();
        scope.Dispose();
    }

    private long[] Sample(GptRunners by, SamplingParameters parameters, Func<int, int, int> draw)
    {
        using var gpt = by.Create(ReferenceModels.GptTiny(), Rows);
        float[][] conditions = [.. goldens.Floats("cond").Chunk(64)];
        long[] drawn = new long[Rows * Steps];
        int[] last = new int[Rows];
        for (int step = 0; step < Steps; step++)
        {
            gpt.Step([.. Enumerable.Range(0, Rows).Select(row => new GptRow(row, step, last[row], conditions[row]))], threads: 1);
            for (int row = 0; row < Rows; row++)
            {
                distribution.Set(gpt.Logits(row), parameters);
                drawn[row * Steps + step] = last[row] = draw(step, row);
            }
        }
        return drawn;
    }
}
