using System.Diagnostics;
using System.Runtime;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// Lets the runtime compile what the measured code needs before anything counts. It does so in the background, what is called often several times
/// over: on two cores the compiler took a tenth of the first 16 seconds of a cluster at full slots, and 4 % of the second.
/// </summary>
internal static class WarmUp
{
    private const double BlockSeconds = 4;

    /// <summary>Of the time; then it is warm.</summary>
    private const double Share = 0.005;

    private const int MaxRounds = 15;

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
