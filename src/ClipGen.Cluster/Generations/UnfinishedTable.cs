using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Generations;

/// <summary>A gateway's generations that have not ended.</summary>
internal sealed class UnfinishedTable(TimeProvider time)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _coming = new(StringComparer.Ordinal);

    public int Count => _entries.Count;

    /// <summary>Candidates of those that have not come to the queue yet.</summary>
    public int Coming { get; private set; }

    public bool Contains(string id) => _entries.ContainsKey(id);

    public int ComingOf(string tenant) => _coming.GetValueOrDefault(tenant);

    /// <summary>Those that have been here for so long.</summary>
    public IReadOnlyList<string> OlderThan(TimeSpan age) => [.. _entries.Where(e => time.GetElapsedTime(e.Value.Since) > age).Select(e => e.Key)];

    /// <param name="expected">The time given at acceptance; null where it is not known any more.</param>
    public void Add(string id, string tenant, int candidates, TimeSpan? expected)
    {
        if (_entries.TryAdd(id, new(tenant, candidates, time.GetTimestamp(), expected))) CountComing(tenant, candidates);
    }

    /// <summary>It has come to the queue, which counts it from now on; its encoding is done.</summary>
    public void Arrived(string id)
    {
        if (!_entries.TryGetValue(id, out var entry)) return;
        entry.Leave();
        if (entry.HasArrived) return;
        entry.HasArrived = true;
        CountComing(entry.Tenant, -entry.Candidates);
    }

    public Entry? Remove(string id)
    {
        if (!_entries.Remove(id, out var entry)) return null;
        entry.Leave();
        if (!entry.HasArrived) CountComing(entry.Tenant, -entry.Candidates);
        return entry;
    }

    /// <summary>Its encoding or decoding is at this device now.</summary>
    public void Work(string id, DeviceState device)
    {
        if (_entries.TryGetValue(id, out var entry)) entry.Move(device);
    }

    private void CountComing(string tenant, int change)
    {
        Coming += change;
        int ofTenant = ComingOf(tenant) + change;
        if (ofTenant > 0) _coming[tenant] = ofTenant;
        else _coming.Remove(tenant);
    }

    internal sealed record Entry(string Tenant, int Candidates, long Since, TimeSpan? Expected)
    {
        private DeviceState? _at;

        public bool HasArrived { get; set; }

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
