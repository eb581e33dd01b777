using ClipGen.Engine.Devices;
using ClipGen.Engine.Stages;
using ClipGen.Models.Gpt;
using static TorchSharp.torch;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>A row of a step has the same bits in any place and with any number of threads that a step is allowed: what no code shows until it flips.</summary>
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
            for (int threads = 1; threads <= Allowed(gpt, rows); threads *= 2)
                Assert.All(Step(gpt, rows, threads), (row, place) => Assert.True(expected.AsSpan().SequenceEqual(row), $"Place {place} of {rows} differs with {threads} threads."));
        }
    }

    [Fact]
    public void Looking_for_threads_that_give_the_same_bits_leaves_no_trace()
    {
        using var gpt = new Gpt(new(Vocabulary, Layers: 2, Width: 64, Heads: 4, BlockSize: 16, CondSize: 32));
        gpt.eval();
        using var cache = new KvCache(gpt.Config, 8, CPU);

        int[] allowed = [.. new[] { 1, 3, 16 }.Select(most => Allowed(gpt, cache, most))];

        Assert.All(allowed, threads => Assert.True(int.IsPow2(threads)));
        Assert.Equal([1, Math.Min(allowed[2], 2)], allowed[..2]);
        float[] expected = Step(gpt, 8, threads: 1)[0];
        Assert.All(Step(gpt, cache, threads: 1), row => Assert.True(expected.AsSpan().SequenceEqual(row)));
    }

    private static int Allowed(Gpt gpt, int rows)
    {
        using var cache = new KvCache(gpt.Config, rows, CPU);
        return Allowed(gpt, cache, 16);
    }

    private static int Allowed(Gpt gpt, KvCache cache, int most)
    {
        int allowed = 0;
        OnAnotherThread(() => allowed = AlikeThreads.Most(gpt, cache, most));
        return allowed;
    }

    /// <summary>The logits of the last of three steps, when the same sequence stands in every place.</summary>
    private static float[][] Step(Gpt gpt, int rows, int threads)
    {
        using var cache = new KvCache(gpt.Config, rows, CPU);
        return Step(gpt, cache, threads);
    }

    private static float[][] Step(Gpt gpt, KvCache cache, int threads)
    {
        float[][] logits = [];
        OnAnotherThread(() =>
        {
            TorchThreads.Use(threads);
            using var scope = NewDisposeScope();
            var cond = linspace(-1, 1, gpt.Config.CondSize).expand(cache.Slots, -1).clone();
            for (int position = 0; position < 3; position++)
                logits = [.. gpt.step(full([cache.Slots], 7 * position, int64), cond, full([cache.Slots], position, int64), cache).data<float>().ToArray().Chunk(Vocabulary)];
        });
        return logits;
    }

    /// <summary>libtorch's number of threads belongs to the one that sets it.</summary>
    private static void OnAnotherThread(Action action)
    {
        var thread = new Thread(() =>
        {
            using var inference = inference_mode();
            action();
        });
        thread.Start();
        thread.Join();
    }
}
