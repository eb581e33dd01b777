namespace ClipGen.Cluster.Scheduling;

/// <summary>
/// Work that waits for a free slot, and who is next: interactive before batch (<see cref="QueueLane"/>), tenants by weight
/// (<see cref="TenantShares"/>), a tenant's shortest generation first (<see cref="TenantLine"/>). The same calls at the same times give the
/// same picks. Picks, additions and removals are O(log n). A generation whose candidates are all taken stays known, so that
/// <see cref="PutBack"/> can find it, until <see cref="Remove"/>; so every generation must be removed at its end.
/// Not thread-safe: lives in a grain.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<string, WaitingGeneration> _generations = [];
    private readonly Dictionary<string, int> _ofTenant = [];
    private readonly QueueLane _ordinary, _isolated;
    private readonly TimeProvider _time;
    private long _arrivals;

    /// <param name="options">Valid ones.</param>
    /// <param name="time">What patience is measured by.</param>
    /// <param name="order">How ranks are compared; must agree with the default, <see cref="Rank.Order"/>, and may count.</param>
    public FairQueue(QueueOptions options, TimeProvider time, IComparer<Rank>? order = null)
    {
        long patience = (long)(options.Patience.TotalSeconds * time.TimestampFrequency);
        _ordinary = new(options.BatchShare, patience, order ?? Rank.Order);
        _isolated = new(options.BatchShare, patience, order ?? Rank.Order);
        _time = time;
    }

    /// <summary>Candidates that wait.</summary>
    public int Count => _ordinary.Count + _isolated.Count;

    /// <summary>Candidates of a priority that wait.</summary>
    public int CountOf(GenerationPriority priority) => _ordinary.Of(priority).Count + _isolated.Of(priority).Count;

    public bool HasIsolated => _isolated.Count > 0;

    /// <summary>Candidates of a tenant that wait.</summary>
    public int CountOf(string tenant) => _ofTenant.GetValueOrDefault(tenant);

    /// <summary>
    /// Adds the candidates that do not wait yet. A known generation keeps its place by arrival; if it is now of another kind
    /// (isolated, priority, tenant), what waits of it moves there.
    /// </summary>
    public void Enqueue(QueuedGeneration generation)
    {
        if (!(generation.Weight > 0 && double.IsFinite(generation.Weight)))
            throw new ArgumentOutOfRangeException(nameof(generation), generation.Weight, "The weight must be above 0.");
        IEnumerable<int> candidates = generation.Candidates;
        if (!_generations.TryGetValue(generation.Id, out var known))
        {
            known = new(generation, _arrivals++);
            _generations.Add(generation.Id, known);
        }
        else if (KindOf(known.About) != KindOf(generation))
        {
            candidates = Withdraw(known).Concat(candidates);
        }
        known.About = generation;
        Add(known, candidates, returned: false);
    }

    /// <summary>Takes the next candidate among the isolated generations or among the ordinary ones.</summary>
    public bool TryTake(bool isolated, out QueuedCandidate candidate)
    {
        var lane = isolated ? _isolated : _ordinary;
        candidate = default;
        if (lane.Count == 0) return false;
        candidate = lane.Take(_time.GetTimestamp());
        CountTenant(_generations[candidate.Generation].About.Tenant, -1);
        return true;
    }

    /// <summary>Takes all candidates of a generation that still wait, next first; it stays known, so that they can be put back.</summary>
    public IReadOnlyList<int> TakeRest(string id) => _generations.TryGetValue(id, out var known) ? Withdraw(known) : [];

    /// <summary>
    /// A device was lost with these candidates: they go before everything else of their priority and tenant, in the order given.
    /// Does nothing when the generation has been removed.
    /// </summary>
    public void PutBack(string id, IEnumerable<int> candidates)
    {
        if (_generations.TryGetValue(id, out var known)) Add(known, candidates, returned: true);
    }

    /// <summary>Forgets a generation: it was cancelled or has ended. Returns its candidates that waited, next first.</summary>
    public IReadOnlyList<int> Remove(string id) => _generations.Remove(id, out var known) ? Withdraw(known) : [];

    /// <summary>
    /// How many waiting candidates, its own included, will be taken before the last one of this generation; 0 when none of it waits.
    /// Exact as long as nothing arrives, nothing is removed and nobody's patience ends. O(log n + tenants that wait).
    /// </summary>
    public int Ahead(string id)
    {
        if (!_generations.TryGetValue(id, out var known) || known.Count == 0) return 0;
        var lane = LaneOf(known.About);
        return lane.Before(known.About.Priority, lane.Of(known.About.Priority).Before(known));
    }

    /// <summary>The same for a generation that is not in the queue, if it came now.</summary>
    public int AheadOfNew(QueuedGeneration generation)
    {
        if (generation.Candidates.Count == 0) return 0;
        var lane = LaneOf(generation);
        return lane.Before(generation.Priority, lane.Of(generation.Priority).BeforeNew(generation));
    }

    private void Add(WaitingGeneration generation, IEnumerable<int> candidates, bool returned)
    {
        int added = LaneOf(generation.About).Of(generation.About.Priority).Add(generation, candidates, returned, _time.GetTimestamp());
        CountTenant(generation.About.Tenant, added);
    }

    private List<int> Withdraw(WaitingGeneration generation)
    {
        var candidates = LaneOf(generation.About).Of(generation.About.Priority).Remove(generation);
        CountTenant(generation.About.Tenant, -candidates.Count);
        return candidates;
    }

    private QueueLane LaneOf(QueuedGeneration generation) => generation.Isolated ? _isolated : _ordinary;

    private static (bool, GenerationPriority, string) KindOf(QueuedGeneration generation) => (generation.Isolated, generation.Priority, generation.Tenant);

    private void CountTenant(string tenant, int change)
    {
        int count = CountOf(tenant) + change;
        if (count > 0) _ofTenant[tenant] = count;
        else _ofTenant.Remove(tenant);
    }
}
