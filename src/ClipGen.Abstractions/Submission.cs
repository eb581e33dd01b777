namespace ClipGen;

/// <summary>How urgent a generation is.</summary>
public enum GenerationPriority
{
    /// <summary>Somebody waits for it: goes before batch work.</summary>
    Interactive,

    /// <summary>Fills what interactive work leaves free, and always gets a small share.</summary>
    Batch,
}

/// <summary>A request and what does not change its pictures: whose it is, how urgent it is, when it is no longer wanted.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.Submission")]
public sealed record Submission
{
    /// <summary>The tenant of those who name none.</summary>
    public const string DefaultTenant = "default";

    public const int MaxPreviews = 3;

    [Id(0)] public required GenerationRequest Request { get; init; }

    /// <summary>Whose share of the cluster it takes. Default: <c>default</c>.</summary>
    [Id(1)] public string Tenant { get; init; } = DefaultTenant;

    /// <summary>Default: interactive.</summary>
    [Id(2)] public GenerationPriority Priority { get; init; } = GenerationPriority.Interactive;

    /// <summary>
    /// Submissions of one tenant with one key are one generation, however often they are sent. Null: the caller has no key; then every
    /// submission is a generation of its own, unless <see cref="Shared"/>.
    /// </summary>
    [Id(3)] public string? IdempotencyKey { get; init; }

    /// <summary>Equal requests of one tenant share one run and its result: for requests whose seed the caller chose. Default: false.</summary>
    [Id(4)] public bool Shared { get; init; }

    /// <summary>When the images are wanted, from acceptance on: refused at once if that cannot hold. Null: whenever.</summary>
    [Id(5)] public TimeSpan? Deadline { get; init; }

    /// <summary>Previews to show while it is drawn, evenly spread over the rows, 0 to <see cref="MaxPreviews"/>; they are dropped where they would come late or slow the sampling. Default: 0.</summary>
    [Id(6)] public int Previews { get; init; }

    /// <summary>Ends it when nobody watches it any more, once somebody has. Default: false, it is finished for whoever comes for it.</summary>
    [Id(7)] public bool CancelUnwatched { get; init; }

    /// <summary>
    /// It runs a request again that was run before: it really samples and decodes, stores no image, and says whether the images are the
    /// same (<see cref="GenerationStatus.Replay"/>). Null for a request that is run for its images.
    /// </summary>
    [Id(8)] public ReplayOrder? Replay { get; init; }

    /// <summary>Has a completed generation run again.</summary>
    /// <param name="idempotencyKey">As <see cref="IdempotencyKey"/>, among the replays of this generation.</param>
    /// <exception cref="GenerationNotEndedException">It has not ended.</exception>
    /// <exception cref="InvalidRequestException">It ended without images, or is a replay.</exception>
    public static Submission OfReplay(GenerationStatus generation, string? idempotencyKey = null)
    {
        ArgumentNullException.ThrowIfNull(generation);
        if (generation.State is GenerationState.Queued or GenerationState.Running)
            throw new GenerationNotEndedException($"The generation {generation.Id} has not ended; replay it when it has.", generation.ExpectedAt);
        if (generation.ReplayOf is { } original)
            throw new InvalidRequestException([new("id", $"is a replay itself; replay {original} again.")]);
        if (generation.Result is not { } result)
            throw new InvalidRequestException([new("id", $"is a generation that {(generation.State == GenerationState.Failed ? "failed" : "was cancelled")}: there are no images to compare with.")]);
        return new() { Request = generation.Request, Tenant = generation.Tenant, IdempotencyKey = idempotencyKey, Replay = new(generation.Id, result.DeviceKind, result.Images) };
    }
}

/// <summary>A submission that was written down: from here on it survives any process.</summary>
/// <param name="Id">Key of its <see cref="IGenerationGrain"/>.</param>
/// <param name="Existing">Whether an earlier submission made it.</param>
/// <param name="Ahead">Sequences that wait before its last one.</param>
/// <param name="ExpectedIn">Estimated time from acceptance to the images; null while there is no device to estimate by.</param>
[GenerateSerializer, Immutable, Alias("clipgen.Accepted")]
public sealed record Accepted(
    [property: Id(0)] string Id,
    [property: Id(1)] bool Existing,
    [property: Id(2)] int Ahead,
    [property: Id(3)] TimeSpan? ExpectedIn);
