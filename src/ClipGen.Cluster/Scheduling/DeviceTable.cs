namespace ClipGen.Cluster.Scheduling;

/// <summary>The devices of one model as the gateway knows them. Plain and single-threaded.</summary>
internal sealed class DeviceTable(TimeProvider time)
{
    private readonly SortedDictionary<string, DeviceState> _devices = new(StringComparer.Ordinal);
    private readonly GivenIndex _given = new();
    private (CompletionEstimate Estimate, int Slots, double SecondsPerCandidate, long Changes, long At)? _estimate;

    public IReadOnlyCollection<DeviceState> Devices => _devices.Values;

    public int Slots => _devices.Values.Sum(d => d.Samples ? d.Report.Slots : 0);

    public int Given => _devices.Values.Sum(d => d.Given);

    public DeviceState? Find(string key) => _devices.GetValueOrDefault(key);

    /// <summary>Takes over a device's report.</summary>
    /// <returns>Sequences that were lost with an earlier process of the device.</returns>
    public List<SequenceGroup> Report(DeviceReport report)
    {
        if (!_devices.TryGetValue(report.Key, out var device)) _devices.Add(report.Key, device = new(report, time, _given));
        return device.Update(report);
    }

    /// <summary>Candidates of a generation that some device has.</summary>
    public HashSet<int> CandidatesGivenOf(string generation) => _given.CandidatesOf(generation);

    /// <summary>Devices that have candidates of a generation.</summary>
    public IReadOnlyList<DeviceState> DevicesOf(string generation) => _given.DevicesOf(generation);

    /// <summary>Forgets a device and returns what it had.</summary>
    public List<SequenceGroup> Remove(string key) => _devices.Remove(key, out var device) ? device.TakeAll() : [];

    /// <summary>Devices not heard of for so long.</summary>
    public List<DeviceState> SilentFor(TimeSpan silence) => [.. _devices.Values.Where(d => time.GetElapsedTime(d.SeenAt) > silence)];

    /// <summary>Whether some device in service offers a stage of this version of the model (null: of any).</summary>
    public bool IsServed(string? digest = null) => _devices.Values.Any(d => d.IsInService && d.Has(digest));

    /// <summary>
    /// What the devices have loaded. Of several versions the one with the most slots in service, or with the most slots if none is; null without devices.
    /// </summary>
    public ModelDescription? Model => _devices.Values
        .GroupBy(d => d.Report.Model.Digest, StringComparer.Ordinal)
        .OrderByDescending(v => v.Sum(d => d.IsInService ? d.Report.Slots : 0)).ThenByDescending(v => v.Sum(d => d.Report.Slots)).ThenBy(v => v.Key, StringComparer.Ordinal)
        .FirstOrDefault()?.First().Report.Model;

    /// <summary>What a device has loaded as this version of the model.</summary>
    public ModelDescription? Version(string digest) => _devices.Values.FirstOrDefault(d => d.Has(digest))?.Report.Model;

    /// <summary>The device with the largest free share of its slots that may take an ordinary sequence; one in <paramref name="avoid"/> only when no other is in service.</summary>
    /// <param name="digest">The version of the model that it must have; null for any.</param>
    public DeviceState? Freest(IReadOnlyCollection<string> avoid, string? digest = null)
    {
        DeviceState? best = null;
        double bestShare = 0;
        bool others = avoid.Count == 0 || _devices.Values.Any(d => d.Samples && d.Has(digest) && !avoid.Contains(d.Key));
        foreach (var device in _devices.Values)
        {
            if (device.Free == 0 || device.IsSetAside || !device.Has(digest) || (others && avoid.Contains(device.Key))) continue;
            double share = device.Free / (double)device.Report.Slots;
            if (share > bestShare) (best, bestShare) = (device, share);
        }
        return best;
    }

    /// <summary>The device that is set aside for suspects of a version of the model (null: of any); null where none is.</summary>
    public DeviceState? SetAside(string? digest = null) => _devices.Values.FirstOrDefault(d => d.IsSetAside && d.Has(digest));

    /// <summary>The device to set aside for suspects of a version: the one that will be empty first; null when none is in service.</summary>
    public DeviceState? Emptiest(string? digest = null) => _devices.Values.Where(d => d.Samples && d.Has(digest)).OrderBy(d => d.Given / (double)d.Report.Slots).FirstOrDefault();

    /// <summary>Devices that were set aside and have nothing to do any more take ordinary work again.</summary>
    public void ReleaseSetAside()
    {
        foreach (var device in _devices.Values.Where(d => d is { IsSetAside: true, Given: 0 })) device.IsSetAside = false;
    }

    /// <summary>
    /// The state of all slots, for an estimate of when waiting work will be done. It may be a hundredth of a candidate time and of the
    /// slots behind: every submission asks, and to sort thousands of slots each time would be most of what a gateway does.
    /// </summary>
    public CompletionEstimate Estimate(double secondsPerCandidate)
    {
        int slots = Slots;
        if (_estimate is { } last && last.Slots == slots && (_given.Changes - last.Changes) * 100 <= slots
            && Math.Abs(secondsPerCandidate - last.SecondsPerCandidate) * 100 <= secondsPerCandidate
            && time.GetElapsedTime(last.At).TotalSeconds * 100 <= secondsPerCandidate) return last.Estimate;
        var estimate = new CompletionEstimate(slots, [.. _devices.Values.SelectMany(d => d.Done(secondsPerCandidate))], secondsPerCandidate);
        _estimate = (estimate, slots, secondsPerCandidate, _given.Changes, time.GetTimestamp());
        return estimate;
    }

    /// <summary>The device with the least encoding and decoding work that offers the stage; one in <paramref name="avoid"/> only when there is no other.</summary>
    /// <param name="digest">The version of the model that it must have; null for any.</param>
    public DeviceState? Pick(DeviceStages stage, IReadOnlyCollection<string> avoid, string? digest = null) => _devices.Values
        .Where(d => d.IsInService && d.Report.Stages.HasFlag(stage) && d.Has(digest))
        .OrderBy(d => avoid.Contains(d.Key)).ThenBy(d => d.StageWork / (double)d.Report.Slots).ThenBy(d => d.Given / (double)d.Report.Slots)
        .FirstOrDefault();
}
