namespace ClipGen.Client;

/// <summary>Which generations are listed. Null means all of them.</summary>
public sealed record GenerationFilter
{
    /// <summary>Those that are in one of these states now.</summary>
    public IReadOnlyList<GenerationState>? States { get; init; }

    /// <summary>Those of this model.</summary>
    public string? Model { get; init; }

    /// <summary>Those accepted then or later, to the second.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Those accepted before then, to the second.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>How many are asked for at a time, 1 to 100. Default: 20.</summary>
    public int PageSize { get; init; } = 20;
}
