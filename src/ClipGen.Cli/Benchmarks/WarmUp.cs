using System.Diagnostics;
using System.Runtime;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// Lets the runtime compile what the measured code needs before anything counts. It does so in the background, what is called often several times
/// over, and with what it has seen in between: on two cores the compiler took a tenth of the first 16 seconds of a cluster at full slots, and still
/// as much of single ones minutes later, for what is called once a request has been called often then.
/// </summary>
internal static class WarmUp
{
    private const double BlockSeconds = 4;

    /// <summary>Of the time; then it is warm.</summary>
    private const double Share = 0.005;

    private const int MaxRounds = 15;

    /// <summary>Small requests before that: what is called once a request is compiled twice, after some 30 calls each time.</summary>
    private const int SmallRequests = 100;

    private static readonly TimeSpan MostForSmallOnes = TimeSpan.FromMinutes(1);

    /// <summary>Draws as many requests of one candidate as there are slots at once, which takes as long as few large ones.</summary>
    public static async Task DrawSmallOnesAsync(ServedEngine engine, Func<GenerationRequest, CancellationToken, Task> draw, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        int begun = 0;
        await Task.WhenAll(Enumerable.Range(0, engine.Device.Slots).Select(async _ =>
        {
            while (Interlocked.Increment(ref begun) <= SmallRequests && Stopwatch.GetElapsedTime(began) < MostForSmallOnes)
                await draw(engine.Next(candidates: 1), cancellationToken);
        }));
    }

    /// <summary>Runs the one and the other in turn until hardly anything is compiled any more.</summary>
    /// <param name="block">Each runs for so many seconds.</param>
    public static async Task RunAsync(params Func<double, Task<FullSlots>>[] block)
    {
        for (int round = 0; round < MaxRounds; round++)
        {
            var compiled = JitInfo.GetCompilationTime();
            long began = Stopwatch.GetTimestamp();
            foreach (var run in block) await run(BlockSeconds);
            if (JitInfo.GetCompilationTime() - compiled < Share * Stopwatch.GetElapsedTime(began)) return;
        }
    }
}
