namespace ClipGen.Cluster.Generations;

/// <summary>Counts the candidates of unfinished generations and says when there will be room for more.</summary>
internal sealed class Admission(int limit, TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromMinutes(10), Unmeasured = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, int> _unfinished = [];
    private long _busySince;
    private long _finished;   // candidates, since the gateway was last without work

    public int Unfinished { get; private set; }

    /// <summary>False when there is no room, unless <paramref name="force"/>.</summary>
    public bool TryAdmit(string generation, int candidates, bool force = false)
    {
        if (_unfinished.ContainsKey(generation)) return true;
        if (!force && Unfinished + candidates > limit) return false;
        if (Unfinished == 0) (_busySince, _finished) = (time.GetTimestamp(), 0);
        _unfinished.Add(generation, candidates);
        Unfinished += candidates;
        return true;
    }

    public void Release(string generation)
    {
        if (!_unfinished.Remove(generation, out int candidates)) return;
        Unfinished -= candidates;
        _finished += candidates;
    }

    /// <summary>Time until the candidates in the way have finished at the pace since work began; half a minute before any has.</summary>
    public TimeSpan RetryAfter(int candidates)
    {
        if (_finished == 0) return Unmeasured;
        int inTheWay = Unfinished + candidates - limit;
        var wait = time.GetElapsedTime(_busySince) * inTheWay / _finished;
        return wait < Shortest ? Shortest : wait > Longest ? Longest : wait;
    }
}
