using ClipGen.Engine.Devices;
using ClipGen.Engine.Stages;
using ClipGen.Models.Gpt;
using static TorchSharp.torch;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>A row of a step has the same bits in any place and with any number of threads: what no code shows until it flips.</summary>
public sealed class StepRowsTests
{
    private const int Vocabulary = 128;

    [Theory]
    [InlineData(64, 4)]
    [InlineData(160, 5)]
    [InlineData(512, 8)]
    public void Rows_are_alike_in_any_place_and_with_any_number_of_threads(int width, int heads)
    {
        manual_seed(3);
        using var gpt = new Gpt(new(Vocabulary, Layers: 2, width, heads, BlockSize: 16, CondSize: 32));
        gpt.eval();
        foreach (int rows in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 20 }.Select(GptSampleStage.Rows).Distinct())
        {
            float[] expected = Step(gpt, rows, threads: 1)[0];
            foreach (int threads in Enumerable.Range(1, 16).Select(TorchThreads.ForSteps).Distinct())
                Assert.All(Step(gpt, rows, threads), (row, place) => Assert.True(expected.AsSpan().SequenceEqual(row), $"Place {place} of {rows} differs with {threads} threads."));
        }
    }

    /// <summary>The logits of the last of three steps, when the same sequence stands in every place.</summary>
    private static float[][] Step(Gpt gpt, int rows, int threads)
    {
        float[][] logits = [];
        // A thread of its own: libtorch's number of threads belongs to the one that sets it.
        var thread = new Thread(() =>
        {
            TorchThreads.Use(threads);
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            using var cache = new KvCache(gpt.Config, rows, CPU);
            var cond = linspace(-1, 1, gpt.Config.CondSize).expand(rows, -1).clone();
            for (int position = 0; position < 3; position++)
                logits = [.. gpt.step(full([rows], 7 * position, int64), cond, full([rows], position, int64), cache).data<float>().ToArray().Chunk(Vocabulary)];
        });
        thread.Start();
        thread.Join();
        return logits;
    }
}
