namespace ClipGen.Cluster.Scheduling;

/// <summary>What the gateway knows of one device: its latest report, and which sequences it has been given.</summary>
internal sealed class DeviceState(DeviceReport report, TimeProvider time, GivenIndex index)
{
    private readonly Dictionary<(string Generation, int Candidate), Entry> _given = [];
    private readonly HashSet<(string Generation, int Candidate)> _leaving = [];   // some of them
    private bool _suspended;

    public DeviceReport Report { get; private set; } = report;

    public string Key => Report.Key;

    public string Silo => Placement.DeviceKey.Parse(Key).Silo;

    /// <summary>Timestamp of the latest report.</summary>
    public long SeenAt { get; private set; }

    /// <summary>Number of the latest dispatch to it.</summary>
    public long LastDispatch { get; private set; }

    /// <summary>Set aside for suspects: it gets no other work, and one suspect at a time.</summary>
    public bool IsSetAside { get; set; }

    /// <summary>The suspect that it draws now.</summary>
    public string? Suspect { get; set; }

    /// <summary>Encoding and decoding work it has been picked for.</summary>
    public int StageWork { get; set; }

    public int Given => _given.Count;

    /// <summary>Whether it takes sequences at all.</summary>
    public bool Samples => Report.Stages.HasFlag(DeviceStages.Sample) && IsInService;

    public bool IsInService => !_suspended && !Report.Draining && Report.Trouble is null;

    /// <summary>Whether it has this version of the model; any is null.</summary>
    public bool Has(string? digest) => digest is null || Report.Model.Digest == digest;

    /// <summary>
    /// Slots that nothing is known to use, or is about to leave: the device's credit. One that is set aside has none before a sequence has really
    /// left: what takes a process down must be alone there.
    /// </summary>
    public int Free => Samples ? Math.Max(0, Report.Slots - _given.Count + (IsSetAside ? 0 : _leaving.Count)) : 0;

    /// <summary>Out of service until its next report.</summary>
    public void Suspend() => _suspended = true;

    /// <summary>Numbers a dispatch that is about to go out.</summary>
    public long NextDispatch() => ++LastDispatch;

    public void Give(string generation, int candidate)
    {
        if (_given.TryAdd((generation, candidate), default)) index.Add(this, generation, candidate);
        _given[(generation, candidate)] = new(LastDispatch, time.GetTimestamp());
    }

    /// <summary>A sequence that it has will have left before another one can have arrived.</summary>
    public void Leaves(string generation, int candidate)
    {
        if (_given.ContainsKey((generation, candidate))) _leaving.Add((generation, candidate));
    }

    /// <summary>For each sequence it has that is not about to leave, the share of it that should be done by now, 0 to 1.</summary>
    public IEnumerable<double> Done(double secondsPerCandidate) =>
        _given.Where(g => !_leaving.Contains(g.Key)).Select(g => Math.Min(1, time.GetElapsedTime(g.Value.At).TotalSeconds / secondsPerCandidate));

    public bool Take(string generation, int candidate)
    {
        bool had = _given.Remove((generation, candidate));
        _leaving.Remove((generation, candidate));
        if (had) index.Remove(this, generation, candidate);
        if (_given.Count == 0) Suspect = null;
        return had;
    }

    /// <summary>Takes everything of a generation back, or everything there is.</summary>
    public List<SequenceGroup> TakeAll(string? generation = null)
    {
        var taken = _given.Keys.Where(g => generation is null || g.Generation == generation).ToList();
        foreach (var (id, candidate) in taken) Take(id, candidate);
        return [.. SequenceGroup.Of(taken)];
    }

    /// <summary>
    /// Takes over a report; what was given before its latest dispatch and is not active there has been lost on the way. One report
    /// does not say so yet: a sequence that has just ended is not active any more, and the news of it may come after the report.
    /// </summary>
    public List<SequenceGroup> Update(DeviceReport report)
    {
        (SeenAt, _suspended) = (time.GetTimestamp(), false);
        bool sameProcess = report.Incarnation == Report.Incarnation;
        Report = report;
        if (!sameProcess)
        {
            LastDispatch = 0;
            var gone = TakeAll();
            Adopt(report);
            return gone;
        }
        var active = report.Active.SelectMany(g => g.Candidates.Select(c => (g.GenerationId, c))).ToHashSet();
        var lost = new List<(string Generation, int Candidate)>();
        foreach (var (sequence, given) in _given.ToArray())
        {
            bool missing = given.Dispatch <= report.LastDispatch && !active.Contains(sequence);
            if (missing && given.Missing) lost.Add(sequence);
            else if (missing != given.Missing) _given[sequence] = given with { Missing = missing };
        }
        foreach (var (id, candidate) in lost) Take(id, candidate);
        Adopt(report);
        return [.. SequenceGroup.Of(lost)];
    }

    /// <summary>Sequences that an earlier activation of the gateway gave it.</summary>
    private void Adopt(DeviceReport report)
    {
        LastDispatch = Math.Max(LastDispatch, report.LastDispatch);
        foreach (var group in report.Active)
        {
            foreach (int candidate in group.Candidates)
            {
                if (_given.TryAdd((group.GenerationId, candidate), new(report.LastDispatch, SeenAt))) index.Add(this, group.GenerationId, candidate);
            }
        }
    }

    /// <param name="Missing">The latest report did not have it although it should.</param>
    private readonly record struct Entry(long Dispatch, long At, bool Missing = false);
}
