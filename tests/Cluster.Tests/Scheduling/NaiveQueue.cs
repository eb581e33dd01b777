using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Scheduling;

/// <summary>The discipline spelt out by looking at everything at each pick: slow, and what <see cref="FairQueue"/> must agree with.</summary>
internal sealed class NaiveQueue(QueueOptions options, ManualClock clock)
{
    private readonly List<Entry> _entries = [];   // by arrival
    private readonly List<Share> _shares = [];
    private readonly Dictionary<(bool, GenerationPriority), double> _virtualTime = [];
    private readonly Dictionary<bool, int> _passedOver = [];
    private int _returns, _turns;

    public int Count => _entries.Sum(e => e.Count);

    public int CountOf(string tenant) => _entries.Where(e => e.About.Tenant == tenant).Sum(e => e.Count);

    public void Enqueue(QueuedGeneration generation)
    {
        var entry = _entries.Find(e => e.About.Id == generation.Id);
        if (entry is null) _entries.Add(entry = new() { About = generation });
        bool moves = entry.Where != (generation.Isolated, generation.Priority, generation.Tenant), arrives = moves || entry.Fresh.Count == 0;
        if (moves) (entry.Fresh, entry.Returned) = ([.. entry.Returned, .. entry.Fresh], []);
        entry.About = generation;
        entry.Fresh.AddRange(generation.Candidates.Where(c => !entry.Waits(c)));
        if (arrives) (entry.Since, entry.SinceTurn) = (clock.GetTimestamp(), _turns++);
        Join(entry, generation.Weight);
        ForgetSharesOfEmptyClasses();
    }

    public void PutBack(string id, IReadOnlyList<int> candidates)
    {
        if (_entries.Find(e => e.About.Id == id) is not { } entry) return;
        if (entry.Returned.Count == 0) entry.ReturnedAt = _returns++;
        entry.Returned.AddRange(candidates.Where(c => !entry.Waits(c)));
        Join(entry, weight: null);
    }

    public IReadOnlyList<int> Remove(string id)
    {
        if (_entries.Find(e => e.About.Id == id) is not { } entry) return [];
        _entries.Remove(entry);
        ForgetSharesOfEmptyClasses();
        return [.. entry.Returned, .. entry.Fresh];
    }

    public bool TryTake(bool isolated, out QueuedCandidate candidate)
    {
        candidate = default;
        var waiting = _entries.Where(e => e.About.Isolated == isolated && e.Count > 0).ToList();
        if (waiting.Count == 0) return false;

        bool anyBatch = waiting.Any(e => e.About.Priority == GenerationPriority.Batch), anyInteractive = waiting.Any(e => e.About.Priority == GenerationPriority.Interactive);
        int passedOver = _passedOver.GetValueOrDefault(isolated);
        bool batch = !anyInteractive || (anyBatch && passedOver == options.BatchShare - 1);
        _passedOver[isolated] = batch || !anyBatch ? 0 : passedOver + 1;
        var priority = batch ? GenerationPriority.Batch : GenerationPriority.Interactive;

        var share = _shares.Where(s => s.Class == (isolated, priority) && waiting.Exists(e => e.Where == s.Where)).OrderBy(s => s.Tag).ThenBy(s => s.Turn).First();
        _shares.RemoveAll(s => s.Class == share.Class && !waiting.Exists(e => e.Where == s.Where) && (s.Tag, s.Turn).CompareTo((share.Tag, share.Turn)) < 0);
        _virtualTime[share.Class] = share.Tag;
        share.Tag += 1 / share.Weight;

        long now = clock.GetTimestamp();
        var mine = waiting.Where(e => e.Where == share.Where).ToList();
        var returned = mine.Where(e => e.Returned.Count > 0).MinBy(e => e.ReturnedAt);
        var longest = mine.Where(e => e.Fresh.Count > 0).OrderBy(e => e.Since).ThenBy(e => e.SinceTurn).FirstOrDefault();
        Entry chosen;
        if (returned is not null)
        {
            chosen = returned;
        }
        else
        {
            share.PatienceServed = !share.PatienceServed && now - longest!.Since > options.Patience.Ticks;
            chosen = share.PatienceServed ? longest! : mine.MinBy(e => e.Count)!;
        }
        candidate = new(chosen.About.Id, chosen.Take());
        (chosen.Since, chosen.SinceTurn) = (now, _turns++);
        ForgetSharesOfEmptyClasses();
        return true;
    }

    private void Join(Entry entry, double? weight)
    {
        var share = _shares.Find(s => s.Where == entry.Where);
        if (share is null)
        {
            share = new() { Where = entry.Where, Tag = _virtualTime.GetValueOrDefault((entry.About.Isolated, entry.About.Priority)), Turn = _turns++, Weight = entry.About.Weight };
            _shares.Add(share);
        }
        share.Weight = weight ?? share.Weight;
    }

    private void ForgetSharesOfEmptyClasses()
    {
        foreach (var c in _shares.Select(s => s.Class).Distinct().ToList())
        {
            if (_entries.Exists(e => (e.About.Isolated, e.About.Priority) == c && e.Count > 0)) continue;
            _shares.RemoveAll(s => s.Class == c);
            _virtualTime.Remove(c);
        }
    }

    private sealed class Entry
    {
        public required QueuedGeneration About;
        public List<int> Returned = [], Fresh = [];
        public long Since;
        public int SinceTurn, ReturnedAt;

        public int Count => Returned.Count + Fresh.Count;

        public (bool Isolated, GenerationPriority Priority, string Tenant) Where => (About.Isolated, About.Priority, About.Tenant);

        public bool Waits(int candidate) => Returned.Contains(candidate) || Fresh.Contains(candidate);

        public int Take()
        {
            var from = Returned.Count > 0 ? Returned : Fresh;
            int candidate = from[0];
            from.RemoveAt(0);
            return candidate;
        }
    }

    private sealed class Share
    {
        public required (bool Isolated, GenerationPriority Priority, string Tenant) Where;
        public double Tag, Weight;
        public long Turn;
        public bool PatienceServed;

        public (bool, GenerationPriority) Class => (Where.Isolated, Where.Priority);
    }
}
