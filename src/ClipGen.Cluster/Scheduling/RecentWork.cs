namespace ClipGen.Cluster.Scheduling;

/// <summary>What was completed of late: images a second over a minute, and how long generations took over five. Its memory does not grow.</summary>
internal sealed class RecentWork(TimeProvider time)
{
    private const int Seconds = 60, Latencies = 1024;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly long _began = time.GetTimestamp();
    private readonly (long Second, int Images)[] _images = new (long, int)[Seconds + 1];   // the second that runs, and those before it
    private readonly (long At, double Seconds)[] _latencies = new (long, double)[Latencies];
    private long _recorded;

    /// <summary>Over the last minute, or since the beginning, if that is later; a first second counts as a whole one.</summary>
    public double ImagesPerSecond
    {
        get
        {
            double now = time.GetElapsedTime(_began).TotalSeconds;
            long second = (long)now;
            int images = _images.Where(s => s.Images > 0 && s.Second > second - Seconds).Sum(s => s.Images);
            return images / Math.Clamp(now, 1, Seconds);
        }
    }

    /// <summary>A generation has completed.</summary>
    public void Record(int images, TimeSpan took)
    {
        long second = (long)time.GetElapsedTime(_began).TotalSeconds;
        ref var slot = ref _images[second % _images.Length];
        slot = (second, images + (slot.Second == second ? slot.Images : 0));
        _latencies[_recorded++ % Latencies] = (time.GetTimestamp(), Math.Max(0, took.TotalSeconds));
    }

    /// <summary>Seconds that this share of the last five minutes' generations (their last 1024) did not exceed; null when there was none.</summary>
    public double? Latency(double share)
    {
        double[] sorted = [.. _latencies.Take((int)Math.Min(_recorded, Latencies)).Where(l => time.GetElapsedTime(l.At) <= Window).Select(l => l.Seconds).Order()];
        return sorted.Length == 0 ? null : sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
