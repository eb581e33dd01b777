using System.Runtime.CompilerServices;

namespace ClipGen.Engine.Devices.Simulation;

/// <summary>
/// Wakes simulated devices when something is due on them, any number of them with one timer and no thread of their own. What is
/// due is done by one thread at a time, in the order of its instants; while nothing is due, nothing runs.
/// </summary>
internal sealed class SimulationClock
{
    private static readonly ConditionalWeakTable<TimeProvider, SimulationClock> Clocks = [];

    private readonly object gate = new();
    private readonly PriorityQueue<SimulatedDevice, long> due = new();
    private readonly List<SimulatedDevice> ready = [];
    private readonly TimeProvider time;
    private readonly long start;
    private readonly ITimer timer;
    private long timerDue = long.MaxValue;
    private bool running;

    private SimulationClock(TimeProvider time)
    {
        this.time = time;
        start = time.GetTimestamp();
        timer = time.CreateTimer(clock => ((SimulationClock)clock!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ticks of 100 ns since the clock was made.</summary>
    public long Now => time.GetElapsedTime(start).Ticks;

    /// <summary>How often the timer has gone off.</summary>
    public long WakeUps { get; private set; }

    /// <summary>The one clock of everything that goes by this time.</summary>
    public static SimulationClock Of(TimeProvider time) => Clocks.GetValue(time, time => new(time));

    public static long Ticks(double seconds) => (long)Math.Round(seconds * TimeSpan.TicksPerSecond);

    /// <summary>Has a device run at an instant, or earlier if it is to run earlier anyway.</summary>
    public void Schedule(SimulatedDevice device, long at)
    {
        lock (gate)
        {
            if (at >= device.ScheduledAt) return;
            device.ScheduledAt = at;
            due.Enqueue(device, at);
            if (!running) SetTimer();
        }
    }

    private void Wake()
    {
        lock (gate)
        {
            WakeUps++;
            timerDue = long.MaxValue;
            if (running) return;
            running = true;
        }
        while (TakeReady(out long now)) foreach (var device in ready) device.Run(now);
    }

    /// <summary>Collects the devices that have something due; if there are none, the timer is set and the thread goes home.</summary>
    private bool TakeReady(out long now)
    {
        lock (gate)
        {
            ready.Clear();
            now = Now;
            while (due.TryPeek(out var device, out long at) && at <= now)
            {
                due.Dequeue();
                if (at != device.ScheduledAt) continue; // has been put forward since, and has run
                device.ScheduledAt = long.MaxValue;
                ready.Add(device);
            }
            if (ready.Count > 0) return true;
            running = false;
            SetTimer();
            return false;
        }
    }

    private void SetTimer()
    {
        if (!due.TryPeek(out _, out long at) || at >= timerDue) return;
        timerDue = at;
        // Up to the next millisecond: timers cut the rest off, and would go off before there is anything to do.
        double wait = Math.Max(0, Math.Ceiling((at - (double)Now) / TimeSpan.TicksPerMillisecond));
        timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
