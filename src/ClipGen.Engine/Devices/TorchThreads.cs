using System.Numerics;
using static TorchSharp.torch;

namespace ClipGen.Engine.Devices;

/// <summary>How many threads libtorch's CPU operations take, which each thread that calls them decides for its own.</summary>
internal static class TorchThreads
{
    /// <summary>
    /// Threads for a sampler's step: the largest power of two that is not above <paramref name="count"/>. Rows of a step are a multiple of 8,
    /// which others do not divide: with 3 threads and 16 rows on an AMD Zen 5, MKL summed the last row of each thread's share in another order.
    /// </summary>
    /// <param name="count">From 1.</param>
    public static int ForSteps(int count) => 1 << BitOperations.Log2((uint)count);

    /// <summary>For what the calling thread computes from now on.</summary>
    public static void Use(int count)
    {
        // In its first operation a thread takes over what any other has set last, after its own choice if that came first.
        _ = get_num_threads();
        set_num_threads(count);
    }

    /// <summary>For a thread that computes by itself, until it uses another number of threads, and keeps no graph.</summary>
    /// <returns>To be disposed when it has done, on the same thread.</returns>
    public static IDisposable EnterAlone()
    {
        Use(1);
        return inference_mode();
    }
}
