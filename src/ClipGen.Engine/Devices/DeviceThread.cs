namespace ClipGen.Engine.Devices;

/// <summary>
/// The one thread that touches a device's tensors. Others hand it short jobs and await them; between jobs it runs steps of
/// the sampler for as long as there are any, in turn with the jobs, so that neither waits for the other to run dry.
/// </summary>
internal sealed class DeviceThread : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<Job> jobs = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int maxJobs;
    private bool stopping;

    /// <param name="enter">Runs first, on the thread; what it returns is disposed when the thread ends.</param>
    /// <param name="step">Runs one sampler step; false if there was nothing to do.</param>
    public DeviceThread(string name, int maxJobs, Func<IDisposable> enter, Func<bool> step)
    {
        this.maxJobs = maxJobs;
        new Thread(() => Run(enter, step)) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>Runs <paramref name="work"/> on the thread.</summary>
    /// <exception cref="EngineBusyException">Too many jobs wait already.</exception>
    /// <exception cref="ObjectDisposedException">The thread has been stopped.</exception>
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

    private void Post(Job job)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopping, this);
            if (jobs.Count >= maxJobs) throw new EngineBusyException($"{jobs.Count} jobs wait for the device already; try again later.");
            jobs.Enqueue(job);
        }
        wake.Release();
    }

    private void Run(Func<IDisposable> enter, Func<bool> step)
    {
        try
        {
            using var state = enter();
            while (true)
            {
                Job? job = null;
                lock (gate)
                {
                    if (stopping) break;
                    jobs.TryDequeue(out job);
                }
                if (job is not null) Execute(job);
                // Nothing to do at all: sleep until the next job, which may be a new sequence for the sampler.
                if (!step() && job is null) wake.Wait();
            }
            ended.TrySetResult();
        }
        catch (Exception exception)
        {
            lock (gate) stopping = true;
            ended.TrySetException(exception);
        }
        finally
        {
            while (jobs.TryDequeue(out var job)) job.Fail(new ObjectDisposedException(nameof(DeviceThread), "The device has been stopped."));
        }
    }

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
        lock (gate) stopping = true;
        wake.Release();
        await ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        wake.Dispose();
    }

    private sealed record Job(Action Run, Action<Exception> Fail);
}
