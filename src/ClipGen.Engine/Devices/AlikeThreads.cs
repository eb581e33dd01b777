using ClipGen.Models.Gpt;
using static TorchSharp.torch;

namespace ClipGen.Engine.Devices;

/// <summary>
/// How many CPU threads give a sampler's step the bits that one gives: seen, for it is a matter of the processor and of the network's sizes. On an
/// AMD Zen 3 MKL knows no strict reproducibility; it splits a product's columns over its threads, and shares of less than its kernels' width are
/// summed in another order (seen with libtorch 2.10: a width of 64 differed from 8 threads on, one of 512 from 16 on, 16 codes from 2 on).
/// </summary>
internal static class AlikeThreads
{
    /// <summary>Steps that are compared; each writes keys and values that the later ones read.</summary>
    private const int Steps = 3;

    /// <param name="cache">Of no sequence yet; is empty afterwards. Its slots are the step's rows.</param>
    /// <param name="most">Numbers to try: powers of two up to this one.</param>
    /// <returns>The largest of them up to which all are alike; 1 if none is.</returns>
    public static int Most(Gpt gpt, KvCache cache, int most)
    {
        if (most < 2) return 1;
        float[] expected = Logits(gpt, cache, threads: 1);
        int alike = 1;
        while (2 * alike <= most && Logits(gpt, cache, 2 * alike).AsSpan().SequenceEqual(expected)) alike *= 2;
        return alike;
    }

    private static float[] Logits(Gpt gpt, KvCache cache, int threads)
    {
        TorchThreads.Use(threads);
        var random = new Random(1);
        var logits = new List<float>();
        for (int step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            long[] codes = Numbers(gpt.Config.VocabSize), positions = Numbers(gpt.Config.BlockSize);
            // Both kinds of a step's rows: those that begin with their condition, and those that go on.
            if (step == 0) Array.Clear(positions);
            float[] conditions = [.. Enumerable.Range(0, cache.Slots * gpt.Config.CondSize).Select(_ => random.NextSingle() - 0.5f)];
            var device = gpt.head.weight!.device;
            logits.AddRange(gpt.step(
                tensor(codes).to(device), tensor(conditions, [cache.Slots, gpt.Config.CondSize]).to(device), tensor(positions).to(device), cache).to(ScalarType.Float32).data<float>());
        }
        for (int slot = 0; slot < cache.Slots; slot++) cache.Clear(slot);
        return [.. logits];

        long[] Numbers(int below) => [.. Enumerable.Range(0, cache.Slots).Select(_ => random.NextInt64(below))];
    }
}
