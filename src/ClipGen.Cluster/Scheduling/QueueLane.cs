namespace ClipGen.Cluster.Scheduling;

/// <summary>Interactive work before batch work; but while both wait, one pick of every <paramref name="batchShare"/> is batch.</summary>
internal sealed class QueueLane(int batchShare, long patience, IComparer<Rank> order)
{
    private readonly TenantShares _interactive = new(order, patience), _batch = new(order, patience);
    private int _batchPassedOver;   // picks since the last of batch, while batch waited

    /// <summary>Candidates that wait.</summary>
    public int Count => _interactive.Count + _batch.Count;

    public TenantShares Of(GenerationPriority priority) => priority == GenerationPriority.Interactive ? _interactive : _batch;

    /// <summary>Takes the next candidate, of which there must be one.</summary>
    public QueuedCandidate Take(long now)
    {
        bool batch = _interactive.Count == 0 || (_batch.Count > 0 && _batchPassedOver >= batchShare - 1);
        _batchPassedOver = batch || _batch.Count == 0 ? 0 : _batchPassedOver + 1;
        return (batch ? _batch : _interactive).Take(now);
    }

    /// <summary>Picks of both priorities before the one that has so many of its own priority before it.</summary>
    public int Before(GenerationPriority priority, int ofItsOwn)
    {
        int toGo = batchShare - 1;
        long ofTheOther = priority == GenerationPriority.Interactive
            ? Math.Min(_batch.Count, (_batchPassedOver + ofItsOwn) / toGo)
            : Math.Min(_interactive.Count, toGo - _batchPassedOver + ((long)ofItsOwn * toGo));
        return ofItsOwn + (int)ofTheOther;
    }
}
