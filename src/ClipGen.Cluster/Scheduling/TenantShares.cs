namespace ClipGen.Cluster.Scheduling;

/// <summary>
/// The tenants that wait in one priority, served in proportion to their weights (start-time fair queueing). Each pick costs its tenant
/// 1/weight of virtual time, and the tenant furthest behind is next. Virtual time is where the last pick started. A tenant that comes back
/// starts there, so that idleness saves nothing up, or where its last pick ended if that is later, so that leaving pays nothing off.
/// </summary>
internal sealed class TenantShares(IComparer<Rank> order, long patience)
{
    private readonly Dictionary<string, TenantLine> _lines = [];
    private readonly PriorityQueue<TenantLine, Rank> _next = new(order);
    private double _virtualTime;
    private long _turns;

    /// <summary>Candidates that wait.</summary>
    public int Count { get; private set; }

    public int Add(WaitingGeneration generation, IEnumerable<int> candidates, bool returned, long now)
    {
        if (!_lines.TryGetValue(generation.About.Tenant, out var line))
        {
            line = new(generation.About.Tenant, new(_virtualTime, _turns++), order, patience) { Weight = generation.About.Weight };
            _lines.Add(line.Tenant, line);
            _next.Enqueue(line, line.Rank);
        }
        if (!returned) line.Weight = generation.About.Weight;   // what returns may carry an older weight
        int added = line.Add(generation, candidates, returned, now);
        Count += added;
        ResetWhenEmpty();
        return added;
    }

    /// <summary>Takes the next candidate, of which there must be one.</summary>
    public QueuedCandidate Take(long now)
    {
        // A tenant without work stays in line until virtual time has passed the end of its last pick; after that there is nothing to remember.
        while (_next.Peek().Count == 0) _lines.Remove(_next.Dequeue().Tenant);
        var line = _next.Peek();
        _virtualTime = line.Rank.Value;
        var candidate = line.Take(now);
        _next.DequeueEnqueue(line, line.Rank);
        Count--;
        ResetWhenEmpty();
        return candidate;
    }

    public List<int> Remove(WaitingGeneration generation)
    {
        if (generation.Count == 0) return [];
        var removed = _lines[generation.About.Tenant].Remove(generation);
        Count -= removed.Count;
        ResetWhenEmpty();
        return removed;
    }

    /// <summary>Candidates of this priority before the last one of a generation that waits here. O(tenants that wait).</summary>
    public int Before(WaitingGeneration generation)
    {
        var line = _lines[generation.About.Tenant];
        return Before(line, line.Rank, line.Weight, line.Before(generation));
    }

    /// <summary>The same for a generation that would arrive now.</summary>
    public int BeforeNew(QueuedGeneration generation)
    {
        var line = _lines.GetValueOrDefault(generation.Tenant);
        int own = line?.BeforeNew(generation.Candidates.Count) ?? generation.Candidates.Count - 1;
        return Before(line, line?.Rank ?? new(_virtualTime, _turns), generation.Weight, own);
    }

    // Every other tenant takes what starts before the pick in question does.
    private int Before(TenantLine? own, Rank rank, double weight, int ownBefore)
    {
        double start = rank.Value + (ownBefore / weight);
        int sum = ownBefore;
        foreach (var other in _lines.Values)
        {
            if (other != own) sum += Math.Min(other.Count, Starts(other, start, orEqual: other.Rank.Turn < rank.Turn));
        }
        return sum;
    }

    private static int Starts(TenantLine line, double before, bool orEqual)
    {
        double picks = (before - line.Rank.Value) * line.Weight, whole = Math.Round(picks);
        bool equal = Math.Abs(picks - whole) < 1e-6;   // sums of thirds are not whole to the last bit
        double starts = equal ? whole + (orEqual ? 1 : 0) : Math.Ceiling(picks);
        return (int)Math.Clamp(starts, 0, int.MaxValue);
    }

    // Nobody waits, so nobody is owed anything; and virtual time, which only grows, keeps its precision.
    private void ResetWhenEmpty()
    {
        if (Count > 0) return;
        _lines.Clear();
        _next.Clear();
        _virtualTime = 0;
    }
}
