namespace ClipGen.Cluster.Scheduling;

/// <summary>A place in an order: by value, ties by turn. Turns are given out once each, so no two places are equal.</summary>
internal readonly record struct Rank(double Value, long Turn)
{
    public static readonly IComparer<Rank> Order = Comparer<Rank>.Create((a, b) =>
    {
        int byValue = a.Value.CompareTo(b.Value);
        return byValue != 0 ? byValue : a.Turn.CompareTo(b.Turn);
    });
}
