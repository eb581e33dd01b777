using ClipGen.Engine.Telemetry;

namespace ClipGen.Engine.Devices.Simulation;

/// <summary>
/// Continuous batching without the work: which sequence stands in which step, and when the next thing happens. Steps between
/// are skipped, unless they are counted. Plain and single-threaded: no clock, no timers, no locks; instants are handed in, in ticks of 100 ns.
/// </summary>
internal sealed class SimulatedBatch
{
    private readonly List<SimulatedSequence> active = []; // in the order in which they joined
    private readonly LinkedList<SimulatedSequence> waiting = [];
    private readonly Queue<SimulatedEvent> events = new();
    private readonly int slots, maxWaiting, length;
    private readonly long stepTicks, reportEvery;
    private readonly double stepSeconds;
    private readonly ulong? crashOnSeed;
    private readonly StepFile? counted;
    private long origin;   // when step 0 began; anew whenever the batch has been empty
    private long step;     // everything before it is done
    private double shares; // seconds charged to a sequence that would have been there since the origin
    private int watched;   // active sequences that want to hear of their progress

    /// <param name="counted">What the steps of watched sequences are added to: the others are a device's own checks. Null: they are not counted.</param>
    public SimulatedBatch(SimulatedDeviceOptions options, StepFile? counted = null)
    {
        this.counted = counted;
        (slots, maxWaiting, length, crashOnSeed) = (options.Slots, options.MaxWaiting, options.CodesPerImage, options.CrashOnSeed);
        stepTicks = SimulationClock.Ticks(options.StepTime);
        stepSeconds = (double)stepTicks / TimeSpan.TicksPerSecond;
        // A twentieth of a sequence, but not more than ten times a second: reports cost more than anything else here.
        reportEvery = Math.Max((length + 19) / 20, TimeSpan.TicksPerSecond / 10 / stepTicks);
    }

    /// <summary>Is told of the steps.</summary>
    public IStepObserver? Observer { get; set; }

    /// <summary>When <see cref="Advance"/> has something to do next; <see cref="long.MaxValue"/> while nothing is active.</summary>
    public long Due => events.Count > 0 ? long.MinValue : NextStep() is var next and < long.MaxValue ? TimeOf(next) : long.MaxValue;

    /// <summary>False if as many wait as may, beyond those that free slots will take.</summary>
    public bool TryEnqueue(SimulatedSequence sequence, long now)
    {
        Advance(now);
        if (waiting.Count >= maxWaiting + slots - active.Count) return false;
        if (active.Count == 0 && waiting.Count == 0) (origin, step, shares) = (now, 0, 0);
        sequence.FirstStep = (now - origin + stepTicks - 1) / stepTicks;
        sequence.Place = waiting.AddLast(sequence);
        Advance(now);
        return true;
    }

    /// <summary>Takes a sequence out: one that waits at once, an active one when the present step ends.</summary>
    /// <returns>Whether it waited; of an active one an event will tell.</returns>
    public bool Remove(SimulatedSequence sequence, long now)
    {
        if (sequence.Place is { } place)
        {
            waiting.Remove(place);
            sequence.Place = null;
            return true;
        }
        sequence.LeavesBefore = Math.Min(sequence.LeavesBefore, (now - origin) / stepTicks + 1);
        return false;
    }

    /// <summary>Lets everything happen that is due.</summary>
    public void Advance(long now)
    {
        while (NextStep() is var next && next < long.MaxValue && TimeOf(next) <= now)
        {
            if (next > step)
            {
                if (active.Count > 0) Step((int)(next - step));
                if (watched > 0) counted?.Add((next - step) * watched);
                step = next;
                Leave();
                Tell();
            }
            Admit();
        }
    }

    /// <summary>Takes the oldest of the events that nobody has been told yet.</summary>
    public bool TryTake(out SimulatedEvent happened) => events.TryDequeue(out happened);

    /// <summary>Ends everything, waiting or active.</summary>
    public void FailAll(Exception cause)
    {
        foreach (var (_, sequence, _) in events) sequence.Fail(cause);
        foreach (var sequence in active) sequence.Fail(cause);
        foreach (var sequence in waiting)
        {
            sequence.Place = null;
            sequence.Fail(cause);
        }
        events.Clear();
        active.Clear();
        waiting.Clear();
        watched = 0;
    }

    private long TimeOf(long atStep) => origin + atStep * stepTicks;

    private long NextStep()
    {
        long next = long.MaxValue;
        if (active.Count < slots && waiting.First is { } head) next = Math.Max(step, head.Value.FirstStep);
        if (active.Count == 0) return next;
        // A process that is killed must have counted all but the step it was at.
        if (watched > 0) next = Math.Min(next, counted is null ? (step / reportEvery + 1) * reportEvery : step + 1);
        foreach (var sequence in active)
        {
            next = Math.Min(next, Math.Min(sequence.FirstStep + length, sequence.LeavesBefore));
            if (CrashStep(sequence) is var crash && crash > step) next = Math.Min(next, crash);
        }
        return next;
    }

    /// <summary>The step before which a sequence is to kill the process.</summary>
    private long CrashStep(SimulatedSequence sequence) => sequence.Job.Seed == crashOnSeed ? sequence.FirstStep + (length + 1) / 2 : long.MaxValue;

    private void Step(int steps)
    {
        shares += steps * stepSeconds / active.Count;
        if (Observer is not { } told) return;
        var spans = told.WantsSpans(steps) ? active.Select(sequence => sequence.Span).Where(span => span != default).ToList() : null;
        told.Stepped(new(steps, active.Count, slots, stepSeconds, spans));
    }

    private void Leave()
    {
        for (int i = 0; i < active.Count; i++)
        {
            var sequence = active[i];
            bool complete = sequence.FirstStep + length <= step;
            if (!complete && sequence.LeavesBefore > step) continue;
            sequence.Charged = shares - sequence.Charged;
            sequence.Job.Account?.Charge(sequence.Charged, Drawn(sequence));
            if (sequence.IsWatched) watched--;
            events.Enqueue(new(complete ? SimulatedEventKind.Completed : SimulatedEventKind.Left, sequence, Drawn(sequence)));
        }
        active.RemoveAll(sequence => sequence.FirstStep + length <= step || sequence.LeavesBefore <= step);
    }

    private void Tell()
    {
        bool report = watched > 0 && step % reportEvery == 0;
        foreach (var sequence in active)
        {
            if (report && sequence.IsWatched) events.Enqueue(new(SimulatedEventKind.Progress, sequence, Drawn(sequence)));
            if (CrashStep(sequence) == step) events.Enqueue(new(SimulatedEventKind.Crash, sequence, Drawn(sequence)));
        }
    }

    private void Admit()
    {
        while (active.Count < slots && waiting.First is { } head && head.Value.FirstStep <= step)
        {
            waiting.RemoveFirst();
            var sequence = head.Value;
            (sequence.Place, sequence.FirstStep, sequence.Charged) = (null, step - sequence.Given, shares);
            active.Add(sequence);
            if (sequence.IsWatched) watched++;
        }
    }

    private int Drawn(SimulatedSequence sequence) => (int)(step - sequence.FirstStep);
}
