namespace ClipGen.Client;

/// <summary>
/// Draws prompts on a ClipGen cluster. The same over HTTP and in the cluster; thread-safe. Every method throws a
/// <see cref="ClipGenException"/> for what the cluster refuses or what stays broken after the retries of <see cref="ClipGenClientOptions"/>.
/// </summary>
public interface IClipGenClient
{
    /// <summary>Draws a prompt and downloads its images. Cancelling also stops the generation, as for <see cref="StreamAsync"/>.</summary>
    /// <exception cref="ClipGenGenerationException">The generation was accepted but failed or was cancelled.</exception>
    Task<GeneratedImages> GenerateAsync(GenerateRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Draws a prompt and tells what happens, to its end: the last update is completed, failed or cancelled, and its status has the
    /// result or the error. A dropped connection is taken up again where it broke. Cancelling stops the generation unless
    /// <see cref="GenerateRequest.IdempotencyKey"/> is the caller's own, under which others may wait for it; leaving the loop does not.
    /// </summary>
    IAsyncEnumerable<GenerationUpdate> StreamAsync(GenerateRequest request, CancellationToken cancellationToken = default);

    /// <summary>Has a prompt accepted, and returns at once: from here on it survives any process.</summary>
    Task<GenerationStatus> SubmitAsync(GenerateRequest request, CancellationToken cancellationToken = default);

    /// <summary>What happened to a generation after update number <paramref name="after"/> (−1: from the beginning) and what will, to its end.</summary>
    /// <exception cref="ClipGenNotFoundException">There is no such generation.</exception>
    IAsyncEnumerable<GenerationUpdate> WatchAsync(string id, int after = -1, CancellationToken cancellationToken = default);

    /// <summary>Where a generation stands.</summary>
    /// <exception cref="ClipGenNotFoundException">There is no such generation.</exception>
    Task<GenerationStatus> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Stops a generation, also in mid-sample, if it has not ended. Its watchers hear when it has stopped.</summary>
    /// <exception cref="ClipGenNotFoundException">There is no such generation.</exception>
    Task CancelAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>The file of one of <paramref name="generation"/>'s images, checked against its SHA-256.</summary>
    /// <exception cref="ClipGenNotFoundException">The image is not kept any more.</exception>
    Task<GeneratedImage> DownloadAsync(GenerationStatus generation, RankedImage image, CancellationToken cancellationToken = default);

    /// <summary>
    /// The caller's generations, newest first, page by page as they are read: each exactly once, however many are accepted meanwhile. The
    /// list may lag behind by a moment.
    /// </summary>
    IAsyncEnumerable<GenerationStatus> ListAsync(GenerationFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs a completed generation again, really, and says whether its images came out the same; takes as long as drawing does. Nothing of
    /// the first run is changed. Cancelling stops the second.
    /// </summary>
    /// <exception cref="ClipGenNotFoundException">There is no such generation, or no device has the version of the model that drew it any more.</exception>
    /// <exception cref="ClipGenConflictException">It has not ended.</exception>
    /// <exception cref="ClipGenInvalidRequestException">It ended without images, or is a replay itself.</exception>
    Task<ReplayOutcome> ReplayAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>The models that some device has.</summary>
    Task<IReadOnlyList<ModelDescription>> GetModelsAsync(CancellationToken cancellationToken = default);
}
