using ClipGen.Models.Gpt;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Gpt;

/// <summary>A row of a step has the same bits in any place, beside any others, and for the CPU's own kernels with any number of rows and threads: what no code shows until it flips.</summary>
public sealed class GptRowsTests : IDisposable
{
    private const int Positions = 20, Conditions = 32;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _inference = inference_mode();

    public GptRowsTests() => set_num_threads(1);

    public static TheoryData<int, int, int> WholeSizes => new() { { 64, 4, 128 }, { 160, 5, 128 }, { 512, 8, 128 } };

    /// <summary>Width, heads and vocabulary; the last ones fill no whole vector, panel or tile, and the very last is narrower than its condition.</summary>
    public static TheoryData<int, int, int> Sizes => new() { { 64, 4, 128 }, { 160, 5, 128 }, { 512, 8, 128 }, { 36, 3, 100 }, { 20, 1, 9 }, { 4, 1, 9 } };

    [Theory]
    [MemberData(nameof(WholeSizes))]
    public void By_libtorch_in_any_place(int width, int heads, int vocabulary)
    {
        foreach (int slots in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 20 })
        {
            using var runner = GptRunners.Libtorch.Create(Network(width, heads, vocabulary), slots);
            var logits = Steps(runner, vocabulary, slots, threads: 1);
            Assert.All(logits, (row, place) => Assert.True(logits[0].AsSpan().SequenceEqual(row), $"Place {place} of {slots} differs."));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void By_the_kernels_in_any_place_with_any_number_of_rows_and_threads(int width, int heads, int vocabulary)
    {
        using var runner = GptRunners.Kernels.Create(Network(width, heads, vocabulary), slots: 20, threads: 7);
        float[] expected = Steps(runner, vocabulary, 1, threads: 1)[0];
        foreach (int rows in new[] { 1, 2, 3, 4, 5, 7, 8, 20 })
        {
            foreach (int threads in new[] { 1, 2, 3, 7 })
                Assert.All(Steps(runner, vocabulary, rows, threads), (row, place) => Assert.True(expected.AsSpan().SequenceEqual(row), $"Place {place} of {rows} differs with {threads} threads."));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_kernels_compute_what_libtorch_does(int width, int heads, int vocabulary)
    {
        using var libtorch = GptRunners.Libtorch.Create(Network(width, heads, vocabulary), slots: 2);
        using var kernels = GptRunners.Kernels.Create(Network(width, heads, vocabulary), slots: 2);

        float[] expected = Steps(libtorch, vocabulary, 2, threads: 1)[1], actual = Steps(kernels, vocabulary, 2, threads: 1)[1];

        Assert.All(expected, (value, i) => Assert.Equal(value, actual[i], 2e-5f));
        Assert.True(expected.Max() - expected.Min() > 1);
    }

    [Theory]
    [InlineData(GptRunners.Libtorch)]
    [InlineData(GptRunners.Kernels)]
    public void Positions_that_are_filled_are_what_steps_would_have_put_there(GptRunners by)
    {
        float[] condition = Condition(3);
        var whole = Enumerable.Range(0, Positions).Select(position => new GptRow(1, position, 5 * position, condition)).ToArray();
        using var runner = by.Create(Network(160, 5, 128), slots: 8, threads: 3);
        foreach (var row in whole) runner.Step([row], threads: 1);
        float[] expected = runner.Logits(0).ToArray();
        runner.Clear(1);

        runner.Fill(whole.AsSpan(0, 8), threads: 2);
        runner.Fill(whole.AsSpan(8, 7), threads: 3);
        runner.Fill(whole.AsSpan(15, 4), threads: 1);
        runner.Step(whole.AsSpan(19), threads: 1);

        Assert.Equal(expected, runner.Logits(0).ToArray());
    }

    /// <summary>What has met NaN leaves it in its keys and values, and in rows of activations: wherever the width fills no whole vector, in their padding, too.</summary>
    [Theory]
    [InlineData(GptRunners.Libtorch, 160, 5, 128)]
    [InlineData(GptRunners.Kernels, 160, 5, 128)]
    [InlineData(GptRunners.Kernels, 36, 3, 100)]
    public void A_broken_sequence_stays_by_itself(GptRunners by, int width, int heads, int vocabulary)
    {
        using var runner = by.Create(Network(width, heads, vocabulary), slots: 2);
        float[] expected = Steps(runner, vocabulary, 1, threads: 1)[0];
        float[] broken = [.. Condition(1).Select(_ => float.NaN)];
        for (int position = 0; position < Positions; position++)
        {
            runner.Step([new(0, position, 1, broken), new(1, position, 7 * position % vocabulary, Condition(1))], threads: 1);
            Assert.All(runner.Logits(0).ToArray(), logit => Assert.True(float.IsNaN(logit)));
        }
        Assert.Equal(expected, runner.Logits(1).ToArray());
        runner.Clear(0);

        Assert.Equal(expected, Steps(runner, vocabulary, 2, threads: 1)[0]);
    }

    public void Dispose()
    {
        _inference.Dispose();
        _scope.Dispose();
    }

    /// <summary>Always the same weights: libtorch's own generator is every test's, and they run side by side.</summary>
    private static Models.Gpt.Gpt Network(int width, int heads, int vocabulary)
    {
        var random = new Random(3);
        var gpt = new Models.Gpt.Gpt(new(vocabulary, Layers: 2, width, heads, BlockSize: Positions, CondSize: Conditions));
        foreach (var (name, parameter) in gpt.named_parameters())
        {
            bool scale = name.Contains("norm") && name.EndsWith("weight"), table = name is "pos_emb" or "tok_emb.weight";
            double spread = parameter.dim() == 1 ? 0.2 : table ? 3 : 3 / Math.Sqrt(parameter.shape[^1]);
            float[] values = [.. Enumerable.Range(0, (int)parameter.numel()).Select(_ => (float)((random.NextDouble() - 0.5) * spread + (scale ? 1 : 0)))];
            parameter.copy_(tensor(values, parameter.shape));
        }
        gpt.eval();
        return gpt;
    }

    private static float[] Condition(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Conditions).Select(_ => random.NextSingle() - 0.5f)];
    }

    /// <summary>The logits of the last step, when the same sequence stands in each of the first slots.</summary>
    private static float[][] Steps(IGptRunner runner, int vocabulary, int rows, int threads)
    {
        float[] condition = Condition(1);
        for (int position = 0; position < Positions; position++)
            runner.Step([.. Enumerable.Range(0, rows).Select(slot => new GptRow(slot, position, 7 * position % vocabulary, condition))], threads);
        return [.. Enumerable.Range(0, rows).Select(row => runner.Logits(row).ToArray())];
    }
}
