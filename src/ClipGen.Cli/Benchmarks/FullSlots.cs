using System.Diagnostics;

namespace ClipGen.Cli.Benchmarks;

/// <summary>Requests drawn in a second while the slots never run out of work.</summary>
/// <param name="Occupancy">Mean share of the slots that a step had something to do for.</param>
/// <param name="ProcessorTime">Seconds of processor time that the whole process took for a request, on all cores together.</param>
internal sealed record FullSlots(double Rate, double Occupancy, double ProcessorTime)
{
    /// <summary>
    /// Keeps so many requests on their way as the settings say, each followed by another, and measures from one end of a request to
    /// another. What is counted in between is codes: requests are coarse, for those that began together end together.
    /// </summary>
    /// <returns>When the last of its requests has ended.</returns>
    public static async Task<FullSlots> MeasureAsync(ServedEngine engine, Func<GenerationRequest, CancellationToken, Task> draw, double seconds, CancellationToken cancellationToken)
    {
        int concurrency = engine.FullConcurrency;
        var gate = new Lock();
        int ended = 0;
        bool over = false;
        (long At, StepCount Steps, TimeSpan Processor) begin = default, end = default;

        void Count()
        {
            lock (gate)
            {
                var now = (At: Stopwatch.GetTimestamp(), engine.Steps.Now, Environment.CpuUsage.TotalTime);
                ended++;
                // By then all that began at once, with nothing to wait for, have ended.
                if (ended == concurrency) begin = now;
                if (over || ended <= concurrency || Stopwatch.GetElapsedTime(begin.At, now.At).TotalSeconds < seconds) return;
                (end, over) = (now, true);
            }
        }

        async Task RepeatAsync()
        {
            while (!Volatile.Read(ref over))
            {
                await draw(engine.Next(), cancellationToken);
                Count();
            }
        }

        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(RepeatAsync, cancellationToken)));
        var counted = end.Steps - begin.Steps;
        double codesPerRequest = (double)engine.Candidates * engine.Model.CodesPerImage;
        double requests = counted.Codes / codesPerRequest;
        return new(requests / Stopwatch.GetElapsedTime(begin.At, end.At).TotalSeconds, counted.Occupancy(engine.Device.Slots), (end.Processor - begin.Processor).TotalSeconds / requests);
    }
}
