namespace ClipGen;

/// <summary>
/// A tenant's generations, newest first, for as long as they are kept. One is entered right after it was accepted, so the list may lag
/// behind by a moment. Key: the tenant.
/// </summary>
[Alias("clipgen.IGenerationListGrain")]
public interface IGenerationListGrain : IGrainWithStringKey
{
    /// <summary>A page of them. Going on page by page shows each exactly once, however many are accepted meanwhile.</summary>
    /// <exception cref="InvalidRequestException">Something is wrong with the query; it names every problem.</exception>
    [Alias("List")]
    Task<GenerationListPage> ListAsync(GenerationListQuery query);
}

/// <summary>Which of a tenant's generations are wanted. Null means all of them.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.GenerationListQuery")]
public sealed record GenerationListQuery
{
    /// <summary>Most that a page may have.</summary>
    public const int MaxLimit = 100;

    /// <summary>How many at most, 1 to 100. Default: 20.</summary>
    [Id(0)] public int Limit { get; init; } = 20;

    /// <summary>Where to go on: <see cref="GenerationListPage.Next"/>, or the id of a generation. Default: at the newest.</summary>
    [Id(1)] public string? After { get; init; }

    /// <summary>Those that are in one of these states now. Default: in any.</summary>
    [Id(2)] public IReadOnlyList<GenerationState>? States { get; init; }

    /// <summary>Those of this model.</summary>
    [Id(3)] public string? Model { get; init; }

    /// <summary>Those accepted then or later.</summary>
    [Id(4)] public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Those accepted before then.</summary>
    [Id(5)] public DateTimeOffset? CreatedBefore { get; init; }
}

/// <summary>Some of a tenant's generations.</summary>
/// <param name="Generations">Newest first. May be fewer than wanted, even none, although there are more: a page is looked for only so long.</param>
/// <param name="Next">The next page is after this; null on the last one.</param>
[GenerateSerializer, Immutable, Alias("clipgen.GenerationListPage")]
public sealed record GenerationListPage(
    [property: Id(0)] IReadOnlyList<GenerationStatus> Generations,
    [property: Id(1)] string? Next);
