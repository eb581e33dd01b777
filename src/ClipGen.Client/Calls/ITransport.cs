namespace ClipGen.Client.Calls;

/// <summary>One way to a cluster: single tries, which fail with a <see cref="ClipGenException"/> that says whether another one is worth it.</summary>
internal interface ITransport
{
    Task<GenerationStatus> SubmitAsync(GenerateRequest request, string idempotencyKey, CancellationToken cancellationToken);

    Task<GenerationStatus> GetAsync(string id, CancellationToken cancellationToken);

    Task CancelAsync(string id, CancellationToken cancellationToken);

    /// <summary>The updates from number <paramref name="from"/> on; may end before the last one, when the connection drops. None at all means that all has been told before.</summary>
    /// <param name="known">What is known of it so far, for wires that tell only what has changed.</param>
    IAsyncEnumerable<GenerationUpdate> WatchAsync(GenerationStatus known, int from, CancellationToken cancellationToken);

    Task<byte[]> ReadImageAsync(GenerationStatus generation, RankedImage image, CancellationToken cancellationToken);

    Task<GenerationListPage> ListAsync(GenerationFilter filter, string? after, CancellationToken cancellationToken);

    /// <summary>Waits for the second run's end. The same key again waits for the same run.</summary>
    Task<ReplayOutcome> ReplayAsync(string id, string idempotencyKey, CancellationToken cancellationToken);

    Task<IReadOnlyList<ModelDescription>> GetModelsAsync(CancellationToken cancellationToken);
}
