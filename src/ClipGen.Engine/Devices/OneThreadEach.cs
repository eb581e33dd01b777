using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace ClipGen.Engine.Devices;

/// <summary>
/// CPU work whose last bits would depend on the number of threads (a convolution or a large product is split over them): each
/// piece is computed by one thread, and several pieces side by side.
/// </summary>
internal static class OneThreadEach
{
    /// <summary>Runs the pieces at the same time and waits for all. Each has a thread of its own, which holds no tensors afterwards.</summary>
    /// <param name="pieces">May read the same weights.</param>
    /// <returns>What each returns, in their order.</returns>
    /// <exception cref="Exception">What the first of those that fail throws.</exception>
    public static T[] Run<T>(IReadOnlyList<Func<T>> pieces)
    {
        var results = new T[pieces.Count];
        var failures = new Exception?[pieces.Count];
        var threads = new Thread[pieces.Count];
        for (int i = 0; i < threads.Length; i++)
        {
            int piece = i;
            threads[piece] = new Thread(() =>
            {
                try
                {
                    TorchThreads.Use(1);
                    using var inference = inference_mode();
                    results[piece] = pieces[piece]();
                }
                catch (Exception exception)
                {
                    failures[piece] = exception;
                }
            })
            { Name = "clipgen one-thread", IsBackground = true };
            threads[piece].Start();
        }
        foreach (var thread in threads) thread.Join();
        if (Array.Find(failures, failure => failure is not null) is { } first) ExceptionDispatchInfo.Throw(first);
        return results;
    }
}
