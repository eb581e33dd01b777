namespace ClipGen.Silo.Devices;

/// <summary>
/// Signs of life of a device with one model: whether it has work, and how long ago it last did any of it. Whoever waits for a device that
/// hangs can be sent away; the device itself cannot be made to give up.
/// </summary>
public sealed class DevicePulse(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _abandoned = NewSignal();
    private long _beatAt;
    private int _working;

    /// <summary>How long it has had work and done none of it; zero while it has none.</summary>
    public TimeSpan Silence { get { lock (_gate) return _working == 0 ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _beatAt)); } }

    /// <summary>The device has done a part of its work.</summary>
    public void Beat() => Volatile.Write(ref _beatAt, time.GetTimestamp());

    /// <summary>Waits for work that the device does.</summary>
    /// <param name="work">Is given a token that is cancelled by the caller or when the work is abandoned.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled, or abandoned: then the device may still have it.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        Task abandoned;
        lock (_gate)
        {
            if (_working++ == 0) Beat();
            abandoned = _abandoned.Task;
        }
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var working = work(stop.Token);
            if (await Task.WhenAny(working, abandoned) != working)
            {
                working.Ignore();   // what still comes of it concerns nobody
                await stop.CancelAsync();
                throw new OperationCanceledException("The device hangs; what it had is given up.");
            }
            var result = await working;
            Beat();
            return result;
        }
        finally
        {
            lock (_gate) _working--;
        }
    }

    /// <summary>Sends everybody away who waits for the device now.</summary>
    public void Abandon()
    {
        TaskCompletionSource before;
        lock (_gate) (before, _abandoned) = (_abandoned, NewSignal());
        before.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
