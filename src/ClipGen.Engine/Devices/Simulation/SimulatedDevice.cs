using ClipGen.Engine.Telemetry;

namespace ClipGen.Engine.Devices.Simulation;

/// <summary>
/// A device without networks, to measure scheduling on: it takes a GPU's time and next to none of the CPU's, so that a process
/// holds hundreds of them. Results are hashes, pure functions of the request as on a real device (<see cref="SimulatedModel"/>).
/// Steps come at equal distances while anything is sampled; encoding and decoding go on beside them, one job at a time.
/// </summary>
public sealed class SimulatedDevice : IDeviceEngine
{
    private readonly object gate = new();
    private readonly SimulatedModel model;
    private readonly SimulatedBatch batch;
    private readonly SimulatedLane lane;
    private readonly SimulationClock clock;
    private readonly StepFile? steps;
    private readonly Action crash;
    private readonly double encodeSeconds, decodeSeconds;
    private bool disposed;

    /// <param name="index">Number of the device among the simulated ones.</param>
    /// <param name="options">Read once, here.</param>
    /// <param name="time">Devices of the same provider share one timer. Null: the system's.</param>
    /// <param name="crash">
    /// Ends the process for <see cref="SimulatedDeviceOptions.CrashOnSeed"/>. Null: at once, without the goodbyes of an orderly exit.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SimulatedDevice(int index, SimulatedDeviceOptions options, TimeProvider? time = null, Action? crash = null)
    {
        options.Validate();
        model = new(options);
        steps = options.StepsFolder is { } folder ? StepFile.In(folder) : null;
        batch = new(options, steps);
        lane = new(options.MaxJobs);
        clock = SimulationClock.Of(time ?? TimeProvider.System);
        this.crash = crash ?? (() => Environment.FailFast("A simulated device was given the seed that it is to crash on."));
        (encodeSeconds, decodeSeconds) = (options.EncodeTime, options.DecodeTime);
        Device = new("sim", index, options.Slots);
    }

    public DeviceInfo Device { get; }

    public EngineModel Model => model.Description;

    /// <summary>When the clock will run this device next; the clock's own note.</summary>
    internal long ScheduledAt { get; set; } = long.MaxValue;

    public async Task<EncodedPrompt> EncodeAsync(string prompt, bool referenceQuirks, CancellationToken cancellationToken)
    {
        await WorkAsync(encodeSeconds, cancellationToken);
        int words = prompt.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return new(model.Embed(prompt), Tokens: words + 2, Truncated: false, encodeSeconds);
    }

    public async Task<EncodedPrompt> EncodeImageAsync(byte[] file, CancellationToken cancellationToken)
    {
        await WorkAsync(encodeSeconds, cancellationToken);
        return new(model.Embed(file), Tokens: 0, Truncated: false, encodeSeconds);
    }

    public async Task<SampledCandidate> SampleAsync(SampleJob job, Action<int>? onStep, CancellationToken cancellationToken)
    {
        Model.Check(job);
        cancellationToken.ThrowIfCancellationRequested();
        var sequence = new SimulatedSequence(job, onStep, cancellationToken);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            bool taken = batch.TryEnqueue(sequence, clock.Now);
            Schedule();
            if (!taken) throw new EngineBusyException($"{Device.Name} has all the waiting sequences it takes; try again later.");
        }
        using var registration = cancellationToken.UnsafeRegister(_ => Remove(sequence), null);
        double deviceSeconds = await sequence.Completion;
        return new(job.Candidate, sequence.Codes(model), deviceSeconds);
    }

    public async Task<RankedCandidates> DecodeAndRankAsync(DecodeJob job, CancellationToken cancellationToken)
    {
        Model.Check(job);
        double seconds = job.Candidates.Count * decodeSeconds;
        await WorkAsync(seconds, cancellationToken);
        var decoded = new List<Decoded>(job.Candidates.Count);
        foreach (var (candidate, codes) in job.Candidates) decoded.Add(new(candidate, model.Score(job.Embedding, codes), CodesHash.Of(codes), () => model.Paint(codes)));
        return new(Ranking.Rank(decoded, job, cancellationToken), seconds, RerankDeviceSeconds: 0);
    }

    public void Observe(IStepObserver? observer)
    {
        lock (gate) batch.Observer = observer;
    }

    /// <summary>Does what is due and tells those concerned; the clock calls it, one device at a time.</summary>
    internal void Run(long now)
    {
        lock (gate)
        {
            batch.Advance(now);
            lane.Advance(now);
        }
        while (TryTake(out var happened)) Deliver(happened);
        lock (gate) Schedule();
    }

    /// <summary>Takes its time on the lane beside the sampling.</summary>
    private Task WorkAsync(double seconds, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var end = lane.TryEnqueue(SimulationClock.Ticks(seconds), clock.Now, cancellationToken);
            Schedule();
            // The caller leaves at once; its job, if it waits, when its turn comes.
            return end?.WaitAsync(cancellationToken) ?? throw new EngineBusyException($"{Device.Name} has all the waiting jobs it takes; try again later.");
        }
    }

    private void Remove(SimulatedSequence sequence)
    {
        lock (gate)
        {
            if (batch.Remove(sequence, clock.Now)) sequence.Cancel();
            Schedule();
        }
    }

    private bool TryTake(out SimulatedEvent happened)
    {
        lock (gate) return batch.TryTake(out happened);
    }

    private void Deliver(SimulatedEvent happened)
    {
        var (kind, sequence, drawn) = happened;
        try
        {
            switch (kind)
            {
                case SimulatedEventKind.Progress:
                    sequence.Report(drawn);
                    sequence.Show(drawn, model);
                    break;
                case SimulatedEventKind.Completed:
                    sequence.Report(drawn);
                    sequence.Complete();
                    break;
                case SimulatedEventKind.Left:
                    sequence.Show(drawn, model);
                    sequence.Cancel();
                    break;
                default:
                    crash();
                    break;
            }
        }
        catch (Exception exception)
        {
            // A caller's own onStep: no business of its neighbours.
            sequence.Fail(exception);
            Remove(sequence);
        }
    }

    private void Schedule()
    {
        long due = Math.Min(batch.Due, lane.Due);
        if (due < long.MaxValue) clock.Schedule(this, due);
    }

    /// <summary>Ends whatever runs or waits.</summary>
    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            disposed = true;
            var cause = new ObjectDisposedException(nameof(SimulatedDevice), "The device has been stopped.");
            batch.FailAll(cause);
            lane.FailAll(cause);
            steps?.Dispose();
        }
        return ValueTask.CompletedTask;
    }
}
