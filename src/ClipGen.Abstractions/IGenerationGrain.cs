namespace ClipGen;

/// <summary>Owns one request from acceptance to its stored images. Key: the generation's id.</summary>
[Alias("clipgen.IGenerationGrain")]
public interface IGenerationGrain : IGrainWithStringKey
{
    /// <summary>Called by the gateway only: writes the submission down, then begins. A repeated call begins nothing twice.</summary>
    /// <exception cref="IdempotencyMismatchException">This generation is another request's.</exception>
    [Alias("Start")]
    Task<StartOutcome> StartAsync(Submission submission, ModelDescription model);

    /// <summary>Called by the gateway after something was lost: goes on from what was written down, if it does not run anyway.</summary>
    /// <returns>Whether there is such a generation and it has not ended.</returns>
    [Alias("Resume")]
    Task<bool> ResumeAsync();

    /// <summary>Called by devices: what became of its sequences.</summary>
    [Alias("Report")]
    Task ReportAsync(SampleReport report);

    /// <summary>Called by the gateway: these candidates are not at the device any more, and nobody has said why.</summary>
    /// <param name="process">The process that is gone with them (<see cref="DeviceReport.Incarnation"/>); null when it still runs.</param>
    [Alias("Lost")]
    Task LostAsync(string device, IReadOnlyList<int> candidates, Guid? process);

    /// <summary>
    /// Called when it has been kept long enough: the record is removed, on request with its images, unless an equal request's generation
    /// owns them, too. Does nothing while it has not ended.
    /// </summary>
    /// <param name="endedBefore">Does nothing if it ended later; null: whenever it ended.</param>
    [Alias("Forget")]
    Task ForgetAsync(bool withImages, DateTimeOffset? endedBefore = null);

    /// <summary>The events from number <paramref name="from"/> (0 for all, <see cref="GenerationEvent.AfterAll"/> for none) to the end, waiting for those that have not happened yet.</summary>
    [Alias("Watch")]
    IAsyncEnumerable<GenerationEvent> WatchAsync(int from, CancellationToken cancellationToken);

    /// <summary>Where the generation stands now.</summary>
    [Alias("GetStatus")]
    Task<GenerationStatus> GetStatusAsync();

    /// <summary>Stops the generation if it has not ended; frees its slots within one step.</summary>
    [Alias("Cancel")]
    Task CancelAsync();

    /// <summary>The file of one of its images, for callers who cannot read the store themselves; null when it is not kept.</summary>
    [Alias("ReadImage")]
    Task<ImageFile?> ReadImageAsync(int candidate);
}

/// <summary>An encoded image.</summary>
/// <param name="Content">Never changed after sending.</param>
[GenerateSerializer, Immutable, Alias("clipgen.ImageFile")]
public sealed record ImageFile([property: Id(0)] byte[] Content);

/// <summary>What <see cref="IGenerationGrain.StartAsync"/> found.</summary>
public enum StartOutcome
{
    /// <summary>It was written down now.</summary>
    Begun,

    /// <summary>It had been written down before and has not ended.</summary>
    Running,

    /// <summary>It had been written down before and has ended.</summary>
    Ended,
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

    /// <summary>Set when <see cref="State"/> is <see cref="GenerationState.Failed"/>: what the operator is told.</summary>
    [Id(6)] public string? Error { get; init; }

    /// <summary>Sequences that wait before its last one, while it waits.</summary>
    [Id(7)] public int? Ahead { get; init; }

    /// <summary>Estimated time of its end, while it has not ended.</summary>
    [Id(8)] public DateTimeOffset? ExpectedAt { get; init; }

    /// <summary>When it was accepted.</summary>
    [Id(9)] public DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Times that something it needed was lost or failed and was tried again.</summary>
    [Id(10)] public int Retries { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(11)] public string Tenant { get; init; } = Submission.DefaultTenant;

    /// <summary>The generation that this one runs again; null for one that is no replay.</summary>
    [Id(12)] public string? ReplayOf { get; init; }

    /// <summary>Set when this is a replay and <see cref="State"/> is <see cref="GenerationState.Completed"/>; <see cref="Result"/> has no images then.</summary>
    [Id(13)] public ReplayOutcome? Replay { get; init; }

    /// <summary>What others than the operator are told, where <see cref="Error"/> names the operator's own files, addresses or accounts; null where it may be told as it is.</summary>
    [Id(14)] public string? ErrorToOthers { get; init; }
}

/// <summary>One numbered event of a generation.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.GenerationEvent")]
public sealed record GenerationEvent
{
    /// <summary>A number to watch from that no event has: nothing is told, and the watch ends when the generation does.</summary>
    public const int AfterAll = int.MaxValue;

    /// <summary>Rises; after a process was lost it goes on from a higher number, so a watcher misses nothing it had not seen.</summary>
    [Id(0)] public required int Number { get; init; }
    [Id(1)] public required GenerationEventKind Kind { get; init; }
    [Id(2)] public required GenerationStatus Status { get; init; }

    /// <summary>Set when <see cref="Kind"/> is <see cref="GenerationEventKind.Preview"/>.</summary>
    [Id(3)] public GenerationPreview? Preview { get; init; }
}

/// <summary>What of a candidate is drawn, as a picture of full size.</summary>
/// <param name="Index">From 0, counting the generation's previews.</param>
/// <param name="Rows">Rows of codes drawn.</param>
/// <param name="RowsTotal">Rows of codes in all.</param>
/// <param name="File">The encoded image.</param>
[GenerateSerializer, Immutable, Alias("clipgen.GenerationPreview")]
public sealed record GenerationPreview(
    [property: Id(0)] int Candidate,
    [property: Id(1)] int Index,
    [property: Id(2)] int Rows,
    [property: Id(3)] int RowsTotal,
    [property: Id(4)] byte[] File);

/// <summary>What happened.</summary>
public enum GenerationEventKind
{
    Queued,
    Encoded,
    Sampling,
    CandidateSampled,
    Decoded,
    ImageStored,

    /// <summary>A device or a process was lost, or a stage failed: it is tried again.</summary>
    Retried,
    Completed,
    Failed,
    Cancelled,

    /// <summary>Rows drawn so far can be looked at; not kept beyond the generation's end.</summary>
    Preview,
}
