using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Scheduling;

/// <summary>A queue, its clock, and short ways to fill and empty it.</summary>
internal sealed class QueueSut
{
    public QueueSut(QueueOptions? options = null, IComparer<Rank>? order = null) => Queue = new(options ?? new(), Clock, order);

    public ManualClock Clock { get; } = new();

    public FairQueue Queue { get; }

    public static QueuedGeneration Generation(
        string id, int candidates, string tenant = "t", double weight = 1, GenerationPriority priority = GenerationPriority.Interactive, bool isolated = false) =>
        new() { Id = id, Tenant = tenant, Weight = weight, Priority = priority, Candidates = [.. Enumerable.Range(0, candidates)], Isolated = isolated };

    public void Add(string id, int candidates, string tenant = "t", double weight = 1, GenerationPriority priority = GenerationPriority.Interactive) =>
        Queue.Enqueue(Generation(id, candidates, tenant, weight, priority));

    public QueuedCandidate Take(bool isolated = false)
    {
        Assert.True(Queue.TryTake(isolated, out var candidate));
        return candidate;
    }

    /// <summary>The generations of the next picks, one after the other.</summary>
    public string[] Take(int picks) => [.. Enumerable.Range(0, picks).Select(_ => Take().Generation)];

    public List<QueuedCandidate> Drain(bool isolated = false)
    {
        var all = new List<QueuedCandidate>();
        while (Queue.TryTake(isolated, out var candidate)) all.Add(candidate);
        return all;
    }
}
