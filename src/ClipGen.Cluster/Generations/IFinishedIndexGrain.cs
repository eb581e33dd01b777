namespace ClipGen.Cluster.Generations;

/// <summary>
/// A part of the list of one model's generations that ended within one bucket of time, written down, so that they can be removed when
/// they have been kept long enough. Key: <see cref="FinishedBucket.Key"/>.
/// </summary>
[Alias("clipgen.IFinishedIndexGrain")]
internal interface IFinishedIndexGrain : IGrainWithStringKey
{
    /// <summary>Returns when the id has been written down.</summary>
    [Alias("Add")]
    Task AddAsync(string id, DateTimeOffset endedAt);

    /// <summary>Some of them, <paramref name="most"/> at most; null while there is one that ended later than <paramref name="endedBefore"/>.</summary>
    [Alias("ListEnded")]
    Task<IReadOnlyList<string>?> ListAsync(DateTimeOffset endedBefore, int most);

    /// <summary>Returns when they have been written off; nothing is left of a list whose last id goes.</summary>
    [Alias("Remove")]
    Task RemoveAsync(IReadOnlyList<string> ids);
}

/// <summary>The buckets of one model's finished generations, written down. Key: the model's name.</summary>
[Alias("clipgen.IFinishedBucketsGrain")]
internal interface IFinishedBucketsGrain : IGrainWithStringKey
{
    /// <summary>Returns when the bucket has been written down.</summary>
    [Alias("Add")]
    Task AddAsync(long start);

    /// <summary>Starts of all buckets (Unix seconds), oldest first.</summary>
    [Alias("List")]
    Task<IReadOnlyList<long>> ListAsync();

    /// <summary>Returns when the bucket has been written off.</summary>
    [Alias("Remove")]
    Task RemoveAsync(long start);
}

/// <summary>How finished generations are divided: by the time of their end, so that whole buckets fall due, and into parts, so that none gets large.</summary>
internal static class FinishedBucket
{
    public const int Shards = 16;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromHours(1);

    /// <summary>How much later than its time something may be entered in a bucket: many times a call's longest time, and what two clocks may differ.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    /// <summary>A thousandth of the time that generations are kept, ten seconds to an hour: the most that they are kept too long.</summary>
    public static TimeSpan Width(TimeSpan retention)
    {
        var width = retention / 1000;
        return width < Shortest ? Shortest : width > Longest ? Longest : width;
    }

    /// <summary>Start of the bucket of a time, in Unix seconds.</summary>
    public static long StartOf(DateTimeOffset time, TimeSpan retention)
    {
        long width = (long)Width(retention).TotalSeconds;
        return time.ToUnixTimeSeconds() / width * width;
    }

    /// <summary>Whether nothing is entered in a bucket any more.</summary>
    public static bool IsClosed(long start, TimeSpan retention, DateTimeOffset now) => DateTimeOffset.FromUnixTimeSeconds(start) + Width(retention) + Late < now;

    public static string Key(string model, long start, int shard) => FormattableString.Invariant($"{model}/{start}/{shard}");

    public static int ShardOf(string id) => (int)(GenerationId.Hash(id) % Shards);

    public static (string Model, long Start) Parse(string key)
    {
        int last = key.LastIndexOf('/'), first = key.LastIndexOf('/', last - 1);
        return (key[..first], long.Parse(key[(first + 1)..last], System.Globalization.CultureInfo.InvariantCulture));
    }
}
