namespace ClipGen.Cluster.Scheduling;

/// <summary>What the gateway knows of one device: its latest report, and which sequences it has been given.</summary>
internal sealed class DeviceState(DeviceReport report, TimeProvider time)
{
    private readonly Dictionary<(string Generation, int Candidate), (long Dispatch, long At)> _given = [];
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

    /// <summary>Slots that nothing is known to use: the device's credit.</summary>
    public int Free => Samples ? Math.Max(0, Report.Slots - _given.Count) : 0;

    public bool Has(string generation, int candidate) => _given.ContainsKey((generation, candidate));

    public bool HasAny(string generation) => _given.Keys.Any(g => g.Generation == generation);

    /// <summary>Out of service until its next report.</summary>
    public void Suspend() => _suspended = true;

    /// <summary>Numbers a dispatch that is about to go out.</summary>
    public long NextDispatch() => ++LastDispatch;

    public void Give(string generation, int candidate) => _given[(generation, candidate)] = (LastDispatch, time.GetTimestamp());

    /// <summary>For each sequence it has, the share of it that should be done by now, 0 to 1.</summary>
    public IEnumerable<double> Done(double secondsPerCandidate) => _given.Values.Select(g => Math.Min(1, time.GetElapsedTime(g.At).TotalSeconds / secondsPerCandidate));

    public bool Take(string generation, int candidate)
    {
        bool had = _given.Remove((generation, candidate));
        if (_given.Count == 0) Suspect = null;
        return had;
    }

    /// <summary>Takes everything of a generation back, or everything there is.</summary>
    public List<SequenceGroup> TakeAll(string? generation = null)
    {
        var taken = _given.Keys.Where(g => generation is null || g.Generation == generation).ToList();
        foreach (var (id, candidate) in taken) Take(id, candidate);
        return Groups(taken);
    }

    /// <summary>
    /// Takes over a report. What was given before its latest dispatch and is not active there has been lost on the way, or has just
    /// left and its codes are on their way: its generation asks for it again should they not arrive.
    /// </summary>
    /// <returns>What another process of the same name had, which is gone.</returns>
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
        var lost = _given.Where(g => g.Value.Dispatch <= report.LastDispatch && !active.Contains(g.Key)).Select(g => g.Key).ToList();
        foreach (var (id, candidate) in lost) Take(id, candidate);
        Adopt(report);
        return [];
    }

    /// <summary>Sequences that an earlier activation of the gateway gave it.</summary>
    private void Adopt(DeviceReport report)
    {
        LastDispatch = Math.Max(LastDispatch, report.LastDispatch);
        foreach (var group in report.Active)
        {
            foreach (int candidate in group.Candidates) _given.TryAdd((group.GenerationId, candidate), (report.LastDispatch, SeenAt));
        }
    }

    private static List<SequenceGroup> Groups(IEnumerable<(string Generation, int Candidate)> sequences) =>
        [.. sequences.GroupBy(s => s.Generation).Select(g => new SequenceGroup(g.Key, [.. g.Select(s => s.Candidate).Order()]))];
}
