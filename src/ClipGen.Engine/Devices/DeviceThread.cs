using System.Diagnostics;

namespace ClipGen.Engine.Devices;

/// <summary>
/// The one thread that touches a device's tensors; on a CPU it may lend them to threads that it waits for. Others hand it short
/// jobs and await them; between jobs it runs steps of the sampler for as long as there are any, in turn with the jobs, so that
/// neither waits for the other to run dry.
/// </summary>
internal sealed class DeviceThread : IAsyncDisposable
{
    private readonly object gate = new();
    private readonly Queue<Job> jobs = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int maxJobs;
    private bool stopping;
    private long busyTicks, awakeSince = Stopwatch.GetTimestamp();
    private bool asleep;
    private Exception? failure;

    /// <param name="enter">Runs first, on the thread; what it returns is disposed when the thread ends.</param>
    /// <param name="step">Runs one sampler step; false if there was nothing to do.</param>
    public DeviceThread(string name, int maxJobs, Func<IDisposable> enter, Func<bool> step)
    {
        this.maxJobs = maxJobs;
        new Thread(() => Run(enter, step)) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>Whether jobs wait for the thread.</summary>
    public bool HasJobs { get { lock (gate) return jobs.Count > 0; } }

    /// <summary>Seconds that it has not slept, for want of jobs and steps, since it was made.</summary>
    public double BusySeconds
    {
        get { lock (gate) return Stopwatch.GetElapsedTime(0, busyTicks + (asleep ? 0 : Stopwatch.GetTimestamp() - awakeSince)).TotalSeconds; }
    }

    /// <summary>Runs <paramref name="work"/> on the thread.</summary>
    /// <exception cref="EngineBusyException">Too many jobs wait already.</exception>
    /// <exception cref="ObjectDisposedException">The thread has been stopped, or has failed; the inner exception says why.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(new(
            () =>
            {
                if (cancellationToken.IsCancellationRequested) result.TrySetCanceled(cancellationToken);
                else result.TrySetResult(work());
            },
            exception => result.TrySetException(exception)));
        return result.Task;
    }

    /// <summary>The same, with the seconds that it took.</summary>
    public Task<(T Result, double Seconds)> RunTimedAsync<T>(Func<T> work, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            long began = Stopwatch.GetTimestamp();
            var result = work();
            return (result, Stopwatch.GetElapsedTime(began).TotalSeconds);
        },
        cancellationToken);

    private void Post(Job job)
    {
        lock (gate)
        {
            if (stopping) throw Stopped();
            if (jobs.Count >= maxJobs) throw new EngineBusyException($"{jobs.Count} jobs wait for the device already; try again later.");
            jobs.Enqueue(job);
            Monitor.Pulse(gate);
        }
    }

    private void Run(Func<IDisposable> enter, Func<bool> step)
    {
        try
        {
            using var state = enter();
            bool idle = true;
            while (Next(idle, out var job))
            {
                if (job is not null) Execute(job);
                idle = !step();
            }
        }
        catch (Exception exception)
        {
            lock (gate) (stopping, failure) = (true, exception);
        }
        while (jobs.TryDequeue(out var job)) job.Fail(Stopped());
        ended.SetResult();
    }

    /// <summary>Takes the next job, if there is one; false once the thread is to end.</summary>
    /// <param name="idle">Sleep until there is one: it may bring the sampler's next sequence.</param>
    private bool Next(bool idle, out Job? job)
    {
        lock (gate)
        {
            while (idle && jobs.Count == 0 && !stopping) Sleep();
            job = null;
            return !stopping && (jobs.TryDequeue(out job) || !idle);
        }
    }

    private void Sleep()
    {
        busyTicks += Stopwatch.GetTimestamp() - awakeSince;
        asleep = true;
        Monitor.Wait(gate);
        asleep = false;
        awakeSince = Stopwatch.GetTimestamp();
    }

    private ObjectDisposedException Stopped() =>
        failure is null ? new(nameof(DeviceThread), "The device has been stopped.") : new($"The device's thread has failed: {failure.Message}", failure);

    private static void Execute(Job job)
    {
        try
        {
            job.Run();
        }
        catch (Exception exception)
        {
            job.Fail(exception);
        }
    }

    /// <summary>Stops after the current job or step; jobs that wait fail.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.Pulse(gate);
        }
        await ended.Task;
    }

    private sealed record Job(Action Run, Action<Exception> Fail);
}
