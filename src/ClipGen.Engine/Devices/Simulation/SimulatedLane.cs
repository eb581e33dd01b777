namespace ClipGen.Engine.Devices.Simulation;

/// <summary>What a device does beside sampling: one job after another, each of a known time. Used like a <see cref="SimulatedBatch"/>.</summary>
/// <param name="maxJobs">Jobs that may wait for the present one to end.</param>
internal sealed class SimulatedLane(int maxJobs)
{
    private readonly Queue<Job> waiting = new();
    private Job? present;
    private long presentEnd;

    /// <summary>When the present job ends; <see cref="long.MaxValue"/> if there is none.</summary>
    public long Due => present is null ? long.MaxValue : presentEnd;

    /// <summary>The job's end; null if as many wait as may.</summary>
    /// <param name="cancellationToken">Cancelled before its turn, the job takes no time.</param>
    public Task? TryEnqueue(long ticks, long now, CancellationToken cancellationToken)
    {
        Advance(now);
        if (waiting.Count >= maxJobs) return null;
        var job = new Job(ticks, cancellationToken);
        waiting.Enqueue(job);
        if (present is null) StartNext(now);
        return job.End.Task;
    }

    /// <summary>Ends the jobs that are through.</summary>
    public void Advance(long now)
    {
        while (present is { } through && presentEnd <= now)
        {
            through.End.TrySetResult();
            StartNext(presentEnd);
        }
    }

    /// <summary>Ends everything, waiting or not.</summary>
    public void FailAll(Exception cause)
    {
        present?.End.TrySetException(cause);
        present = null;
        while (waiting.TryDequeue(out var job)) job.End.TrySetException(cause);
    }

    private void StartNext(long now)
    {
        present = null;
        while (present is null && waiting.TryDequeue(out var job))
        {
            if (job.CancellationToken.IsCancellationRequested) job.End.TrySetCanceled(job.CancellationToken);
            else (present, presentEnd) = (job, now + job.Ticks);
        }
    }

    private sealed record Job(long Ticks, CancellationToken CancellationToken)
    {
        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
