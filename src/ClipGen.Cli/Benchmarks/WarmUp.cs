using System.Diagnostics;
using System.Runtime;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// Lets the runtime compile what the measured code needs before anything counts. It does so in the background, what is called often several times
/// over, and with what it has seen in between: on two cores the compiler took a tenth of the first 16 seconds of a cluster at full slots, and still
/// as much of single ones minutes later, for what is called once a request has been called often then.
/// </summary>
/// <param name="most">It takes no longer than this, and a block or a request: what is measured for a short time only is not worth more.</param>
internal sealed class WarmUp(TimeSpan most)
{
    private const double BlockSeconds = 4;

    /// <summary>Of the time; then it is warm.</summary>
    private const double Share = 0.005;

    /// <summary>Small requests before that: what is called once a request is compiled twice, after some 30 calls each time.</summary>
    private const int SmallRequests = 100;

    private readonly long _began = Stopwatch.GetTimestamp();

    private bool IsOver => Stopwatch.GetElapsedTime(_began) >= most;

    /// <summary>As long as what is measured with these settings.</summary>
    public static WarmUp For(ServeBenchSettings settings) => new(TimeSpan.FromSeconds(2 * settings.Pairs * settings.Seconds));

    /// <summary>Draws as many requests of one candidate as there are slots at once, which takes as long as few large ones.</summary>
    public async Task DrawSmallOnesAsync(ServedEngine engine, Func<GenerationRequest, CancellationToken, Task> draw, CancellationToken cancellationToken)
    {
        int begun = 0;
        await Task.WhenAll(Enumerable.Range(0, engine.Device.Slots).Select(async _ =>
        {
            while (Interlocked.Increment(ref begun) <= SmallRequests && !IsOver)
                await draw(engine.Next(candidates: 1), cancellationToken);
        }));
    }

    /// <summary>Runs the one and the other in turn until hardly anything is compiled any more.</summary>
    /// <param name="block">Each runs for so many seconds.</param>
    public async Task RunAsync(params Func<double, Task<FullSlots>>[] block)
    {
        while (!IsOver)
        {
            var compiled = JitInfo.GetCompilationTime();
            long began = Stopwatch.GetTimestamp();
            foreach (var run in block) await run(BlockSeconds);
            if (JitInfo.GetCompilationTime() - compiled < Share * Stopwatch.GetElapsedTime(began)) return;
        }
    }
}
