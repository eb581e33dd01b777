namespace ClipGen.Cluster.Generations;

/// <summary>A part of the list of one model's generations that have not ended, written down. Key: <c>model/shard</c>.</summary>
[Alias("clipgen.IUnfinishedIndexGrain")]
internal interface IUnfinishedIndexGrain : IGrainWithStringKey
{
    /// <summary>Returns when the id has been written down.</summary>
    [Alias("Add")]
    Task AddAsync(string id);

    /// <summary>Returns at once; the id is written off with the next addition, or within ten seconds. One that comes back is swept out again.</summary>
    [Alias("Remove")]
    Task RemoveAsync(string id);

    [Alias("List")]
    Task<IReadOnlyList<string>> ListAsync();
}
