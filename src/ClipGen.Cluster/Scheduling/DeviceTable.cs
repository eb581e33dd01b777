namespace ClipGen.Cluster.Scheduling;

/// <summary>The devices of one model as the gateway knows them. Plain and single-threaded.</summary>
internal sealed class DeviceTable(TimeProvider time)
{
    private readonly SortedDictionary<string, DeviceState> _devices = new(StringComparer.Ordinal);

    public IReadOnlyCollection<DeviceState> Devices => _devices.Values;

    public int Slots => _devices.Values.Sum(d => d.Samples ? d.Report.Slots : 0);

    public int Given => _devices.Values.Sum(d => d.Given);

    public DeviceState? Find(string key) => _devices.GetValueOrDefault(key);

    /// <summary>Takes over a device's report.</summary>
    /// <returns>Sequences that were lost with an earlier process of the device.</returns>
    public List<SequenceGroup> Report(DeviceReport report)
    {
        if (!_devices.TryGetValue(report.Key, out var device)) _devices.Add(report.Key, device = new(report, time));
        return device.Update(report);
    }

    public bool IsGiven(string generation, int candidate) => _devices.Values.Any(d => d.Has(generation, candidate));

    /// <summary>Forgets a device and returns what it had.</summary>
    public List<SequenceGroup> Remove(string key) => _devices.Remove(key, out var device) ? device.TakeAll() : [];

    /// <summary>Devices not heard of for so long.</summary>
    public List<DeviceState> SilentFor(TimeSpan silence) => [.. _devices.Values.Where(d => time.GetElapsedTime(d.SeenAt) > silence)];

    /// <summary>The device with the largest free share of its slots that may take an ordinary sequence; one in <paramref name="avoid"/> only when no other is in service.</summary>
    public DeviceState? Freest(IReadOnlyCollection<string> avoid)
    {
        DeviceState? best = null;
        double bestShare = 0;
        bool others = avoid.Count == 0 || _devices.Values.Any(d => d.Samples && !avoid.Contains(d.Key));
        foreach (var device in _devices.Values)
        {
            if (device.Free == 0 || device.IsSetAside || (others && avoid.Contains(device.Key))) continue;
            double share = device.Free / (double)device.Report.Slots;
            if (share > bestShare) (best, bestShare) = (device, share);
        }
        return best;
    }

    /// <summary>The device that is set aside for suspects; null where none is.</summary>
    public DeviceState? SetAside => _devices.Values.FirstOrDefault(d => d.IsSetAside);

    /// <summary>The device to set aside for suspects: the one that will be empty first; null when none is in service.</summary>
    public DeviceState? Emptiest() => _devices.Values.Where(d => d.Samples).OrderBy(d => d.Given / (double)d.Report.Slots).FirstOrDefault();

    /// <summary>The state of all slots at this moment, for an estimate of when waiting work will be done.</summary>
    public CompletionEstimate Estimate(double secondsPerCandidate) =>
        new(Slots, [.. _devices.Values.SelectMany(d => d.Done(secondsPerCandidate))], secondsPerCandidate);

    /// <summary>The device with the least encoding and decoding work that offers the stage; one in <paramref name="avoid"/> only when there is no other.</summary>
    public DeviceState? Pick(DeviceStages stage, IReadOnlyCollection<string> avoid) => _devices.Values
        .Where(d => d.IsInService && d.Report.Stages.HasFlag(stage))
        .OrderBy(d => avoid.Contains(d.Key)).ThenBy(d => d.StageWork / (double)d.Report.Slots).ThenBy(d => d.Given / (double)d.Report.Slots)
        .FirstOrDefault();
}
