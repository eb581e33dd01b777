using ClipGen.Engine.Telemetry;

namespace ClipGen.Engine.Devices;

/// <summary>
/// The thread that a device's sampler runs on, and all that touches its tensors. Others hand it work and await it: short jobs, of which all that have come
/// are done between two steps of the sampler, and pieces that take as long as steps or longer and only read the networks' weights. Pieces take turns with the
/// steps, so that neither waits for the other to run dry; on a CPU they run beside them, on threads that it starts between two steps.
/// </summary>
internal sealed class DeviceThread : IAsyncDisposable
{
    private readonly object gate = new();
    private readonly Queue<Job> jobs = new();
    private readonly Queue<Job> turns = new();      // pieces, on a device that does not lend
    private readonly Queue<Piece> pieces = new();   // and on one that does
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string name;
    private readonly int maxJobs;
    private readonly DeviceTime time;
    private readonly CpuLending? lending;
    private bool stopping;
    private int lent;      // pieces that run
    private bool landed;   // one has ended since the last step
    private Exception? failure;

    /// <param name="maxJobs">Jobs and pieces that may wait.</param>
    /// <param name="lending">Null: pieces take turns with the steps.</param>
    /// <param name="enter">Runs first, on the thread; what it returns is disposed when the thread ends, after the last piece.</param>
    /// <param name="step">Runs one sampler step beside so many pieces; false if there was nothing to do.</param>
    public DeviceThread(string name, int maxJobs, DeviceTime time, CpuLending? lending, Func<IDisposable> enter, Func<int, bool> step)
    {
        (this.name, this.maxJobs, this.time, this.lending) = (name, maxJobs, time, lending);
        Share = time.Open(weight: 1);
        new Thread(() => Run(enter, step)) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>Whether jobs or pieces wait.</summary>
    public bool HasJobs { get { lock (gate) return Waiting > 0; } }

    /// <summary>The thread's share of the device's time: jobs and steps. Its weight is the number of CPU threads of a step.</summary>
    public DeviceTime.Share Share { get; }

    private int Waiting => jobs.Count + turns.Count + pieces.Count;

    /// <summary>Runs <paramref name="work"/>, which takes less than a step, on the thread.</summary>
    /// <exception cref="EngineBusyException">Too many jobs wait already.</exception>
    /// <exception cref="ObjectDisposedException">The thread has been stopped, or has failed; the inner exception says why.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) => RunAsync(jobs, work, cancellationToken);

    private Task<T> RunAsync<T>(Queue<Job> queue, Func<T> work, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(queue, new(() => Complete(result, work, cancellationToken), exception => result.TrySetException(exception)));
        return result.Task;
    }

    /// <summary>Runs a piece of work that reads nothing but weights beside the sampler, or in turn with it on a device that does not lend.</summary>
    /// <returns>Its result, and its share of the device's time in seconds.</returns>
    /// <exception cref="EngineBusyException">Too many jobs wait already.</exception>
    /// <exception cref="ObjectDisposedException">The thread has been stopped, or has failed; the inner exception says why.</exception>
    public Task<(T Result, double Seconds)> RunPieceAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (lending is null)
        {
            return RunAsync(
                turns,
                () =>
                {
                    double before = Share.Read().Charged;
                    return (work(), Share.Read().Charged - before);
                },
                cancellationToken);
        }
        var result = new TaskCompletionSource<(T, double)>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(pieces, new(
            share => Complete(
                result,
                () =>
                {
                    var done = work();
                    share.Dispose();
                    return (done, share.Read().Charged);
                },
                cancellationToken),
            exception => result.TrySetException(exception)));
        return result.Task;
    }

    private static void Complete<T>(TaskCompletionSource<T> result, Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) result.TrySetCanceled(cancellationToken);
        else result.TrySetResult(work());
    }

    private void Post<T>(Queue<T> queue, T item)
    {
        lock (gate)
        {
            if (stopping) throw Stopped();
            if (Waiting >= maxJobs) throw new EngineBusyException($"{Waiting} jobs wait for the device already; try again later.");
            queue.Enqueue(item);
            Monitor.Pulse(gate);
        }
    }

    private void Run(Func<IDisposable> enter, Func<int, bool> step)
    {
        try
        {
            using var state = enter();
            try
            {
                bool idle = true;
                var due = new List<Job>();
                while (Next(idle, due, out int beside))
                {
                    foreach (var job in due) Execute(job.Run, job.Fail);
                    idle = !step(beside);
                }
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
            AwaitPieces();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        Share.Dispose();
        foreach (var fail in jobs.Concat(turns).Select(job => job.Fail).Concat(pieces.Select(piece => piece.Fail))) fail(Stopped());
        ended.SetResult();
    }

    private void Fail(Exception exception)
    {
        lock (gate) (stopping, failure) = (true, exception);
    }

    /// <summary>Takes what is to be done before the next step; false once the thread is to end. What it takes to start a piece is the piece's.</summary>
    /// <param name="idle">Sleep until there is something: it may bring the sampler's next sequence.</param>
    /// <param name="due">Becomes that: all jobs that have come, and a piece whose turn it is.</param>
    /// <param name="beside">Pieces that run.</param>
    private bool Next(bool idle, List<Job> due, out int beside)
    {
        due.Clear();
        int weight = Share.Weight;
        Share.Weight = 0;
        try
        {
            lock (gate)
            {
                while (!stopping)
                {
                    bool behind = lending is not null && pieces.Count >= lending.Behind;
                    Lend(idle || behind);
                    beside = lent;
                    while (jobs.TryDequeue(out var job)) due.Add(job);
                    if (turns.TryDequeue(out var turn)) due.Add(turn);
                    if (due.Count > 0) return true;
                    if (!idle && (!behind || landed))
                    {
                        landed = false;
                        return true;
                    }
                    Monitor.Wait(gate);
                }
                beside = lent;
                return false;
            }
        }
        finally
        {
            Share.Weight = weight;
        }
    }

    /// <summary>Starts pieces that wait, as many as there is room for.</summary>
    private void Lend(bool all)
    {
        if (pieces.Count == 0) return;
        int room = all ? lending!.Most : lending!.Beside();
        while (lent < room && pieces.TryDequeue(out var piece))
        {
            var share = time.Open(weight: 1);
            try
            {
                new Thread(() => RunBeside(piece, share)) { Name = $"{name} beside", IsBackground = true }.Start();
                lent++;
            }
            catch (Exception exception)
            {
                share.Dispose();
                piece.Fail(exception);   // no thread to be had
            }
        }
    }

    private void RunBeside(Piece piece, DeviceTime.Share share)
    {
        Execute(
            () =>
            {
                using var state = lending!.Enter();
                piece.Run(share);
            },
            piece.Fail);
        share.Dispose();
        lock (gate)
        {
            (lent, landed) = (lent - 1, true);
            Monitor.Pulse(gate);
        }
    }

    private void AwaitPieces()
    {
        Share.Weight = 0;
        lock (gate)
        {
            while (lent > 0) Monitor.Wait(gate);
        }
    }

    private ObjectDisposedException Stopped() =>
        failure is null ? new(nameof(DeviceThread), "The device has been stopped.") : new($"The device's thread has failed: {failure.Message}", failure);

    private static void Execute(Action run, Action<Exception> fail)
    {
        try
        {
            run();
        }
        catch (Exception exception)
        {
            fail(exception);
        }
    }

    /// <summary>Stops after the current job or step and the pieces that run; what waits fails.</summary>
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

    private sealed record Piece(Action<DeviceTime.Share> Run, Action<Exception> Fail);
}
