namespace ClipGen;

/// <summary>Owns one request from acceptance to its stored images. Key: the generation's id.</summary>
[Alias("clipgen.IGenerationGrain")]
public interface IGenerationGrain : IGrainWithStringKey
{
    /// <summary>Called by the gateway only: takes the request and begins.</summary>
    [Alias("Start")]
    Task StartAsync(GenerationRequest request);

    /// <summary>The events from number <paramref name="from"/> (0 for all) to the end, waiting for those that have not happened yet.</summary>
    [Alias("Watch")]
    IAsyncEnumerable<GenerationEvent> WatchAsync(int from, CancellationToken cancellationToken);

    /// <summary>Where the generation stands now.</summary>
    [Alias("GetStatus")]
    Task<GenerationStatus> GetStatusAsync();

    /// <summary>Stops the generation if it has not ended; frees its slots within one step.</summary>
    [Alias("Cancel")]
    Task CancelAsync();
}

/// <summary>Where a generation stands.</summary>
public enum GenerationState
{
    /// <summary>Accepted, not begun.</summary>
    Queued,

    /// <summary>On its way through the stages.</summary>
    Running,

    /// <summary>All kept images are stored.</summary>
    Completed,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Ended because someone asked.</summary>
    Cancelled,
}

/// <summary>A snapshot of a generation.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.GenerationStatus")]
public sealed record GenerationStatus
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required GenerationRequest Request { get; init; }
    [Id(2)] public required GenerationState State { get; init; }

    /// <summary>Codes drawn so far over all candidates.</summary>
    [Id(3)] public required long CodesDrawn { get; init; }

    /// <summary>Codes to draw in all.</summary>
    [Id(4)] public required long CodesTotal { get; init; }

    /// <summary>Set when <see cref="State"/> is <see cref="GenerationState.Completed"/>.</summary>
    [Id(5)] public GenerationResult? Result { get; init; }

    /// <summary>Set when <see cref="State"/> is <see cref="GenerationState.Failed"/>.</summary>
    [Id(6)] public string? Error { get; init; }
}

/// <summary>One numbered event of a generation.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.GenerationEvent")]
public sealed record GenerationEvent
{
    /// <summary>Rises by one from 0.</summary>
    [Id(0)] public required int Number { get; init; }
    [Id(1)] public required GenerationEventKind Kind { get; init; }
    [Id(2)] public required GenerationStatus Status { get; init; }
}

/// <summary>What happened.</summary>
public enum GenerationEventKind
{
    Queued,
    Encoded,
    Sampling,
    CandidateSampled,
    Decoded,
    ImageStored,
    Completed,
    Failed,
    Cancelled,
}
