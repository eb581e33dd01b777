namespace ClipGen.Cluster.Scheduling;

/// <summary>A generation the queue knows: its candidates that wait, and its places in its tenant's orders.</summary>
internal sealed class WaitingGeneration
{
    private readonly HashSet<int> _waiting = [];
    private readonly Queue<int> _returned = new(), _fresh = new();
    private readonly long _arrival;

    public WaitingGeneration(QueuedGeneration about, long arrival)
    {
        About = about;
        _arrival = arrival;
        InReturned = new(this);
        InLastPicked = new(this);
    }

    /// <summary>What the last call said of it.</summary>
    public QueuedGeneration About { get; set; }

    /// <summary>Candidates that a lost device gave back and that wait again.</summary>
    public int Returned => _returned.Count;

    /// <summary>The other candidates that wait.</summary>
    public int Fresh => _fresh.Count;

    public int Count => _waiting.Count;

    /// <summary>
    /// Shortest first, then by arrival. Returned candidates do not count: while a tenant has any, they alone are taken,
    /// so when this order is asked there are none.
    /// </summary>
    public Rank Rank => new(Fresh, _arrival);

    /// <summary>Timestamp of its last pick, or of its arrival before that.</summary>
    public long Since { get; set; }

    public LinkedListNode<WaitingGeneration> InReturned { get; }

    public LinkedListNode<WaitingGeneration> InLastPicked { get; }

    public bool TryAdd(int candidate, bool returned)
    {
        if (!_waiting.Add(candidate)) return false;
        (returned ? _returned : _fresh).Enqueue(candidate);
        return true;
    }

    /// <summary>Returned candidates first.</summary>
    public int Take()
    {
        int candidate = (_returned.Count > 0 ? _returned : _fresh).Dequeue();
        _waiting.Remove(candidate);
        return candidate;
    }

    /// <summary>Takes all, in the order they would have been taken.</summary>
    public List<int> TakeAll()
    {
        List<int> all = [.. _returned, .. _fresh];
        _returned.Clear();
        _fresh.Clear();
        _waiting.Clear();
        return all;
    }
}
