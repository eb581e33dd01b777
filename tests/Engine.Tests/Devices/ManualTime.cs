namespace ClipGen.Engine.Tests.Devices;

/// <summary>Time that passes when told to, with one-shot timers that go off on the thread that lets it pass.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly object gate = new();
    private readonly List<ManualTimer> timers = [];
    private long now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Now => new(GetTimestamp());

    /// <summary>Timers that are set.</summary>
    public int Pending
    {
        get { lock (gate) return timers.Count; }
    }

    public override long GetTimestamp() => Interlocked.Read(ref now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, every timer going off at its instant.</summary>
    public void Advance(TimeSpan by) => AdvanceTo(GetTimestamp() + by.Ticks);

    /// <summary>Lets time pass without anyone noticing until it is over, as on a machine that has come to a halt.</summary>
    public void Stall(TimeSpan by)
    {
        Interlocked.Add(ref now, by.Ticks);
        AdvanceTo(GetTimestamp());
    }

    /// <summary>Goes from timer to timer until a task is done.</summary>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            long? next;
            lock (gate) next = timers.Count > 0 ? timers.Min(timer => timer.Due) : null;
            if (next is { } due) AdvanceTo(due);
            await Task.Yield();
        }
        return await task;
    }

    private void AdvanceTo(long until)
    {
        while (TakeDue(until) is { } timer)
        {
            Interlocked.Exchange(ref now, Math.Max(GetTimestamp(), timer.Due));
            timer.GoOff();
        }
        Interlocked.Exchange(ref now, Math.Max(GetTimestamp(), until));
    }

    private ManualTimer? TakeDue(long until)
    {
        lock (gate)
        {
            var first = timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
            if (first is not null) timers.Remove(first);
            return first;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; private set; }

        public void GoOff() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(Timeout.InfiniteTimeSpan, period);
            lock (time.gate)
            {
                time.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time.GetTimestamp() + dueTime.Ticks;
                time.timers.Add(this);
            }
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
