namespace ClipGen.Cluster.Generations;

/// <summary>
/// A part of the list of one tenant's generations: those accepted within one minute, or a share of them, written down.
/// Key: <see cref="TenantIndex.PartKey"/>.
/// </summary>
[Alias("clipgen.ITenantPartGrain")]
internal interface ITenantPartGrain : IGrainWithStringKey
{
    /// <summary>
    /// Returns when it has been written down, in the place of what was entered for the same generation before: within a second, or at once
    /// if it has ended. That it began, heard behind its end, changes nothing.
    /// </summary>
    [Alias("Add")]
    Task AddAsync(ListedGeneration entry);

    /// <summary>In no order.</summary>
    [Alias("List")]
    Task<IReadOnlyList<ListedGeneration>> ListAsync();

    /// <summary>
    /// Returns when it has been written off, unless it was accepted again since; nothing is left of a list whose last entry goes, nor of one
    /// that was empty when it was asked.
    /// </summary>
    [Alias("Remove")]
    Task RemoveAsync(string id, DateTimeOffset acceptedAt);
}

/// <summary>
/// What there is of one tenant's list: the parts of one hour, or the hours that have any, written down. Key:
/// <see cref="TenantIndex.HourKey"/>, or <see cref="TenantIndex.HoursKey"/>.
/// </summary>
[Alias("clipgen.ITenantContentsGrain")]
internal interface ITenantContentsGrain : IGrainWithStringKey
{
    /// <summary>Returns when it has been written down.</summary>
    [Alias("Add")]
    Task AddAsync(long number);

    /// <summary>Latest first.</summary>
    [Alias("List")]
    Task<IReadOnlyList<long>> ListAsync();

    /// <summary>Returns when it has been written off; nothing is left of contents that are empty then.</summary>
    [Alias("Remove")]
    Task RemoveAsync(long number);
}

/// <summary>What the list has to know of a generation to leave it out without waking it.</summary>
/// <param name="End">The state it ended in; null before its end.</param>
[GenerateSerializer, Immutable, Alias("clipgen.ListedGeneration")]
internal sealed record ListedGeneration(
    [property: Id(0)] string Id,
    [property: Id(1)] DateTimeOffset AcceptedAt,
    [property: Id(2)] string Model,
    [property: Id(3)] GenerationState? End);
