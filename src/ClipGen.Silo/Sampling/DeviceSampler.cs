using System.Diagnostics;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Grains;
using ClipGen.Silo.Telemetry;

namespace ClipGen.Silo.Sampling;

/// <summary>
/// The sequences that gateways have given one engine. They belong to the device, not to a call: their generations are told what
/// becomes of them, whichever silo these live on by then.
/// </summary>
public sealed class DeviceSampler : IAsyncDisposable
{
    /// <summary>
    /// Parts of a candidate after each of which its codes are told of: what a lost device has drawn in vain is no more than that, and what
    /// was told within the last message's time.
    /// </summary>
    private const int Parts = 8;

    /// <summary>
    /// So long before a sequence ends the gateway hears of it, that the next one arrives when its slot is free and not after the way to the gateway
    /// and back. It lies at the device for no longer than this.
    /// </summary>
    private static readonly TimeSpan Notice = TimeSpan.FromMilliseconds(15);

    /// <summary>The same as a share of a sequence, at most.</summary>
    private const double MostNotice = 0.125;

    /// <summary>For a device to let go of what it has when all is over; one that hangs never would.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Generation, int Candidate), Running> _active = [];
    private readonly IDeviceEngine _engine;
    private readonly SampleOutbox _outbox;
    private readonly SamplerTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private long _lastDispatch;
    private double _secondsPerCandidate;
    private bool _draining;

    internal DeviceSampler(DeviceKey key, IDeviceEngine engine, DeviceStages stages, DeviceHealth health, Guid incarnation, IGrainFactory grains, SamplerTelemetry telemetry, TimeProvider time)
    {
        (Key, _engine, Stages, Health, Incarnation, _telemetry, _time) = (key, engine, stages, health, incarnation, telemetry, time);
        Pulse = new(time);
        _outbox = new(key.ToString(), engine.Device.Kind, engine.Model.Name, grains, time, () => SecondsPerCandidate);
    }

    public DeviceKey Key { get; }

    public DeviceStages Stages { get; }

    public Guid Incarnation { get; }

    public string Model => _engine.Model.Name;

    public DeviceHealth Health { get; }

    /// <summary>Abandoned, its sequences are handed back.</summary>
    public DevicePulse Pulse { get; }

    internal IDeviceEngine Engine => _engine;

    /// <summary>Its slots; none while it takes no work.</summary>
    internal int SlotsInService { get { lock (_gate) return _draining || Health.Trouble is not null ? 0 : _engine.Device.Slots; } }

    internal int SlotsInUse { get { lock (_gate) return Math.Min(_active.Count, _engine.Device.Slots); } }

    private double SecondsPerCandidate { get { lock (_gate) return _secondsPerCandidate; } }

    /// <summary>Takes sequences from a gateway; those that are here already are left alone.</summary>
    public void Dispatch(long number, IReadOnlyList<SampleWork> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        bool draining;
        List<(SampleWork Work, Running Running)> begun = [];
        try
        {
            lock (_gate)
            {
                draining = _draining;
                _lastDispatch = Math.Max(_lastDispatch, number);   // one may overtake another
                foreach (var item in draining ? [] : work)
                {
                    foreach (int candidate in item.Candidates)
                    {
                        // One that is to stop but has not yet is not the one that is wanted now.
                        if (_active.TryGetValue((item.GenerationId, candidate), out var known) && !known.Forgotten) continue;
                        var running = new Running(item.GenerationId, candidate, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
                        _active[(item.GenerationId, candidate)] = running;
                        begun.Add((item, running));
                    }
                }
            }
        }
        finally
        {
            // Not in the turn of the grain that was called: the sequences belong to the device. All in one piece, for each would wake a thread.
            if (begun.Count > 0) Task.Run(() => begun.ForEach(b => b.Running.Follow(SampleAsync(b.Work, b.Running)))).Ignore();
        }
        if (!draining) return;
        // The gateway has not heard of it yet. Nobody would wait for what is begun now.
        foreach (var item in work)
        {
            foreach (int candidate in item.Candidates) _outbox.Ended(item.GenerationId, candidate, new(candidate, 0, null, 0, HandedBack: true));
        }
    }

    /// <summary>Stops a generation's sequences within one step.</summary>
    public void Cancel(string generationId)
    {
        List<Running> stopped;
        lock (_gate)
        {
            stopped = [.. _active.Values.Where(r => r.Generation == generationId)];
            foreach (var running in stopped) running.Forgotten = true;
        }
        foreach (var running in stopped) running.TryStop();
    }

    public DeviceReport Report()
    {
        lock (_gate)
        {
            return new(
                Key.ToString(), _engine.Device.Kind, _engine.Device.Slots, _engine.Model.Describe(), Stages, Incarnation, _lastDispatch,
                SequenceGroup.Of(_active.Keys),
                _draining, _secondsPerCandidate, Health.Trouble);
        }
    }

    /// <summary>Takes no more; returns when all that ran has left and everybody has been told.</summary>
    /// <param name="finish">What has not left by then is handed back.</param>
    /// <param name="tell">Who has not been told by then is not waited for.</param>
    public async Task DrainAsync(CancellationToken finish, CancellationToken tell)
    {
        Task[] work;
        lock (_gate)
        {
            _draining = true;
            work = [.. _active.Values.Select(r => r.Work)];
        }
        var all = Task.WhenAll(work);
        await all.WaitAsync(finish).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync();
        await all.WaitAsync(tell).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _outbox.FlushAsync().WaitAsync(tell).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task work;
        lock (_gate) work = Task.WhenAll(_active.Values.Select(r => r.Work));
        await work.WaitAsync(Patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Pulse.Abandon();
        try
        {
            await work;
        }
        finally
        {
            await _outbox.DisposeAsync();
            _stop.Dispose();
        }
    }

    private async Task SampleAsync(SampleWork work, Running running)
    {
        using var span = SiloTelemetry.StartSample(work, running.Candidate, Key);
        var measured = _telemetry.Begin(work, span);
        long began = _time.GetTimestamp();
        var (generation, candidate, spec) = (work.GenerationId, running.Candidate, work.Spec);
        SampleProgress? last = null;
        int[]? drawn = DrawnElsewhere.Of(work, candidate, _engine.Device, _engine.Model);
        byte[]? checkpoint = drawn is null ? null : Vectors.ToBytes(drawn);
        var (length, notice, announced) = (_engine.Model.CodesPerImage, StepsOfNotice(), false);
        var first = (Step: 0, At: 0L);
        try
        {
            var (topK, topP, temperature) = spec.Sampling;
            var job = new SampleJob(
                Vectors.ToFloats(spec.Embedding), spec.Seed, candidate, new(topK, topP, temperature), drawn, Glimpses(generation, candidate, spec.Previews, codes => checkpoint = codes), measured.Account);
            var sampled = await Pulse.RunAsync(
                stop => _engine.SampleAsync(
                    job,
                    step =>
                    {
                        Pulse.Beat();
                        measured.Step(step);
                        _outbox.Step(generation, candidate, step);
                        if (first.Step == 0) first = (step, _time.GetTimestamp());
                        if (announced || step < length - notice || step == length) return;
                        announced = true;
                        _outbox.Leaving(generation, candidate);
                    },
                    stop),
                running.Stop.Token);
            measured.Drawn(sampled.Codes.Length, sampled.DeviceSeconds);
            span?.SetTag("clipgen.resumed_codes", drawn?.Length);
            last = new(candidate, sampled.Codes.Length, Vectors.ToBytes(sampled.Codes), sampled.DeviceSeconds);
            if (drawn is null) Measure(Duration(began, first, length));
            Health.Succeeded(DeviceStages.Sample);
        }
        catch (OperationCanceledException)
        {
            // The silo stops or the device hangs: others are to draw it. Or its generation has ended and wants to hear no more.
            last = running.Forgotten ? null : new(candidate, 0, null, 0, HandedBack: true, Checkpoint: checkpoint);
            if (last is null) measured.Wasted(WasteReason.Cancelled);
            else measured.Wasted(WasteReason.HandedBack, saved: ((checkpoint?.Length ?? 0) / sizeof(int)) - (drawn?.Length ?? 0));
        }
        catch (Exception e)
        {
            span.Fail(e);
            measured.Wasted(WasteReason.Failed);
            Health.Failed(DeviceStages.Sample, generation, e);
            last = new(candidate, 0, null, 0, e.Message);
        }
        span?.Stop();   // whoever has heard of a generation's end finds its trace whole
        lock (_gate)
        {
            if (_active.GetValueOrDefault((generation, candidate)) != running) return;   // another has taken its place
            _active.Remove((generation, candidate));
            // Told in the same breath: of two that end together, the one that was not the last must not come behind the one that was.
            _outbox.Ended(generation, candidate, last, announced, more: _active.Keys.Any(key => key.Generation == generation));
        }
    }

    /// <summary>So many steps before its end a sequence is about to leave; 0 while nobody knows how long a step takes.</summary>
    private int StepsOfNotice()
    {
        double seconds = SecondsPerCandidate;
        int length = _engine.Model.CodesPerImage;
        return seconds > 0 ? (int)Math.Min(length * MostNotice, Math.Ceiling(Notice.TotalSeconds / seconds * length)) : 0;
    }

    /// <summary>Seconds that a sequence takes in a slot: without its wait for one, if it lay here before there was one.</summary>
    private double Duration(long began, (int Step, long At) first, int length) =>
        first.Step > 0 && first.Step < length ? _time.GetElapsedTime(first.At).TotalSeconds * length / (length - first.Step) : _time.GetElapsedTime(began).TotalSeconds;

    private SampleGlimpses Glimpses(string generation, int candidate, int previews, Action<byte[]> keep)
    {
        int length = _engine.Model.CodesPerImage;
        int[] shown = Shown(candidate, previews);
        return new([.. Enumerable.Range(1, Parts - 1).Select(i => length * i / Parts).Where(codes => codes > 0).Union(shown)], codes =>
        {
            byte[] bytes = Vectors.ToBytes(codes);
            keep(bytes);
            _outbox.Checkpoint(generation, candidate, bytes);
            if (shown.Contains(codes.Length)) _outbox.Drawn(generation, candidate, bytes);
        });
    }

    /// <summary>Numbers of codes to be looked at. Of the first candidate only: one picture is shown while it is drawn, and which one will be best nobody knows yet.</summary>
    private int[] Shown(int candidate, int previews)
    {
        int side = (int)Math.Sqrt(_engine.Model.CodesPerImage);
        if (previews == 0 || candidate != 0 || side * side != _engine.Model.CodesPerImage) return [];
        return [.. Enumerable.Range(1, previews).Select(i => side * i / (previews + 1) * side).Where(codes => codes > 0)];
    }

    private void Measure(double seconds)
    {
        lock (_gate) _secondsPerCandidate = _secondsPerCandidate == 0 ? seconds : _secondsPerCandidate + 0.1 * (seconds - _secondsPerCandidate);
    }

    private sealed class Running(string generation, int candidate, CancellationTokenSource stop)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Generation => generation;

        public int Candidate => candidate;

        public CancellationTokenSource Stop => stop;

        /// <summary>Ends as what is done for it does, which begins in a moment.</summary>
        public Task Work => _ended.Task;

        /// <summary>Nobody waits for it any more.</summary>
        public bool Forgotten { get; set; }

        public void TryStop()
        {
            try
            {
                stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }

        /// <param name="work">What is done for it.</param>
        public void Follow(Task work) => work.ContinueWith(
            ended =>
            {
                stop.Dispose();
                _ended.SetFromTask(ended);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
