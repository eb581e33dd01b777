using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Generations;

/// <summary>A gateway's generations that have not ended.</summary>
internal sealed class UnfinishedTable(TimeProvider time)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _sequences = new(StringComparer.Ordinal);

    public int Count => _entries.Count;

    /// <summary>Candidates of all of them.</summary>
    public int Sequences { get; private set; }

    public IReadOnlyCollection<string> Ids => _entries.Keys;

    public bool Contains(string id) => _entries.ContainsKey(id);

    public int SequencesOf(string tenant) => _sequences.GetValueOrDefault(tenant);

    /// <param name="expected">The time given at acceptance; null where it is not known any more.</param>
    public void Add(string id, string tenant, int candidates, TimeSpan? expected)
    {
        if (!_entries.TryAdd(id, new(tenant, candidates, time.GetTimestamp(), expected))) return;
        Sequences += candidates;
        _sequences[tenant] = SequencesOf(tenant) + candidates;
    }

    public Entry? Remove(string id)
    {
        if (!_entries.Remove(id, out var entry)) return null;
        entry.Leave();
        Sequences -= entry.Candidates;
        if ((_sequences[entry.Tenant] -= entry.Candidates) == 0) _sequences.Remove(entry.Tenant);
        return entry;
    }

    /// <summary>Its encoding or decoding is at this device now.</summary>
    public void Work(string id, DeviceState device)
    {
        if (_entries.TryGetValue(id, out var entry)) entry.Move(device);
    }

    internal sealed record Entry(string Tenant, int Candidates, long Since, TimeSpan? Expected)
    {
        private DeviceState? _at;

        public void Move(DeviceState device)
        {
            Leave();
            _at = device;
            device.StageWork += Candidates;
        }

        public void Leave()
        {
            if (_at is not null) _at.StageWork -= Candidates;
            _at = null;
        }
    }
}
