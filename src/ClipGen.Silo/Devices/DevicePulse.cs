namespace ClipGen.Silo.Devices;

/// <summary>
/// Signs of life of a device with one model: whether it has work, and how long ago it last did any of it. Whoever waits for a device that
/// hangs can be sent away; the device itself cannot be made to give up.
/// </summary>
public sealed class DevicePulse(TimeProvider time)
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _abandoned = new();
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
        CancellationToken abandoned;
        lock (_gate)
        {
            if (_working++ == 0) Beat();
            abandoned = _abandoned.Token;
        }
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, abandoned);
            var working = work(stop.Token);
            working.Ignore();   // what comes of it after it has been abandoned concerns nobody
            var result = await working.WaitAsync(abandoned);
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
        CancellationTokenSource before;
        lock (_gate)
        {
            if (_working == 0) return;
            (before, _abandoned) = (_abandoned, new());
        }
        before.Cancel();
        before.Dispose();
    }
}
