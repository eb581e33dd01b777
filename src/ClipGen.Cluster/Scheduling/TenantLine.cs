namespace ClipGen.Cluster.Scheduling;

/// <summary>
/// One tenant's generations of one priority, and which of them is next: candidates that a lost device gave back; then, at most every
/// second time, the generation that has waited longest for a pick, if longer than <paramref name="patience"/> (in timestamps);
/// then the one with the fewest candidates left, so that it is out of the way soonest.
/// Why only every second time: when all have waited long, patience alone would serve them in turn, and none would be finished early.
/// </summary>
internal sealed class TenantLine(string tenant, Rank rank, IComparer<Rank> order, long patience)
{
    private readonly LinkedList<WaitingGeneration> _returned = [], _lastPicked = [];
    private readonly SumTree<WaitingGeneration> _shortest = new(order);
    private int _returnedCount;
    private bool _patienceServed;

    public string Tenant { get; } = tenant;

    /// <summary>The tenant's turn among the tenants: the virtual time at which its next pick starts.</summary>
    public Rank Rank { get; private set; } = rank;

    public required double Weight { get; set; }

    /// <summary>Candidates that wait.</summary>
    public int Count => _returnedCount + _shortest.Sum;

    /// <summary>Adds the candidates that do not wait yet, and says how many those were.</summary>
    public int Add(WaitingGeneration generation, IEnumerable<int> candidates, bool returned, long now)
    {
        int before = generation.Count;
        LeaveShortest(generation);   // its rank and size are about to change
        foreach (int candidate in candidates) generation.TryAdd(candidate, returned);
        JoinShortest(generation);
        if (generation.Returned > 0 && generation.InReturned.List is null) _returned.AddLast(generation.InReturned);
        if (generation.Fresh > 0 && generation.InLastPicked.List is null)
        {
            generation.Since = now;
            _lastPicked.AddLast(generation.InLastPicked);
        }
        int added = generation.Count - before;
        if (returned) _returnedCount += added;
        return added;
    }

    /// <summary>Takes the next candidate, of which there must be one.</summary>
    public QueuedCandidate Take(long now)
    {
        var generation = _returned.First?.Value ?? NextFresh(now);
        LeaveShortest(generation);
        if (generation.Returned > 0) _returnedCount--;
        int candidate = generation.Take();
        JoinShortest(generation);
        if (generation.Returned == 0) Leave(_returned, generation.InReturned);
        Leave(_lastPicked, generation.InLastPicked);
        if (generation.Fresh > 0) _lastPicked.AddLast(generation.InLastPicked);
        generation.Since = now;
        Rank = Rank with { Value = Rank.Value + (1 / Weight) };
        return new(generation.About.Id, candidate);
    }

    /// <summary>Takes everything of a generation without it having been a pick.</summary>
    public List<int> Remove(WaitingGeneration generation)
    {
        LeaveShortest(generation);
        _returnedCount -= generation.Returned;
        Leave(_returned, generation.InReturned);
        Leave(_lastPicked, generation.InLastPicked);
        return generation.TakeAll();
    }

    /// <summary>Candidates of this line before the last one of a generation in it. Patience is not foreseen.</summary>
    public int Before(WaitingGeneration generation)
    {
        if (generation.Fresh > 0) return BeforeFresh(generation.Rank);
        int sum = -1;
        foreach (var other in _returned)
        {
            sum += other.Returned;
            if (other == generation) break;
        }
        return sum;
    }

    /// <summary>The same for a generation of so many candidates that would arrive now.</summary>
    public int BeforeNew(int candidates) => BeforeFresh(new(candidates, long.MaxValue));

    private int BeforeFresh(Rank rank) => _returnedCount + _shortest.SumBefore(rank) + (int)rank.Value - 1;

    private WaitingGeneration NextFresh(long now)
    {
        var longest = _lastPicked.First!.Value;
        _patienceServed = !_patienceServed && now - longest.Since > patience;
        return _patienceServed ? longest : _shortest.First!;
    }

    private void JoinShortest(WaitingGeneration generation)
    {
        if (generation.Fresh > 0) _shortest.Add(generation.Rank, generation.Fresh, generation);
    }

    private void LeaveShortest(WaitingGeneration generation)
    {
        if (generation.Fresh > 0) _shortest.Remove(generation.Rank);
    }

    private static void Leave(LinkedList<WaitingGeneration> list, LinkedListNode<WaitingGeneration> node)
    {
        if (node.List is not null) list.Remove(node);
    }
}
