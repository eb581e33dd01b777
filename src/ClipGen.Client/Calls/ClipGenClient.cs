using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ClipGen.Client.Telemetry;

namespace ClipGen.Client.Calls;

/// <summary>What is the same over every transport: retries, idempotency keys, streams that are taken up again, spans.</summary>
internal sealed class ClipGenClient(ITransport transport, RetryPolicy retry, ClientInstruments instruments) : IClipGenClient
{
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(5);

    public async Task<GeneratedImages> GenerateAsync(GenerateRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var operation = instruments.Begin(request, stream: false);
        try
        {
            var generation = await operation.WithinAsync(() => BeginAsync(request, cancellationToken));
            await foreach (var update in RunAsync(request, generation, operation, cancellationToken)) generation = update.Status;
            if (generation.Result is not { } result) throw new ClipGenGenerationException(generation);
            var images = new GeneratedImage[result.Images.Count];
            for (int i = 0; i < images.Length; i++) images[i] = await DownloadAsync(generation, result.Images[i], cancellationToken);
            return new(generation, images);
        }
        catch (Exception e)
        {
            operation.Fail(e);
            throw;
        }
    }

    public async IAsyncEnumerable<GenerationUpdate> StreamAsync(GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var operation = instruments.Begin(request, stream: true);
        var generation = await operation.WithinAsync(() => BeginAsync(request, cancellationToken));
        await foreach (var update in RunAsync(request, generation, operation, cancellationToken)) yield return update;
    }

    public Task<GenerationStatus> SubmitAsync(GenerateRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SubmitAsync(request, request.IdempotencyKey ?? NewKey(), cancellationToken);
    }

    public async IAsyncEnumerable<GenerationUpdate> WatchAsync(string id, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(after, -1);
        var generation = await GetAsync(id, cancellationToken);
        await foreach (var update in FollowAsync(generation, after + 1, null, cancellationToken)) yield return update;
    }

    public Task<GenerationStatus> GetAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return retry.RunAsync(token => transport.GetAsync(id, token), cancellationToken);
    }

    public Task CancelAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return retry.RunAsync(
            async token =>
            {
                await transport.CancelAsync(id, token);
                return true;
            },
            cancellationToken);
    }

    public Task<GeneratedImage> DownloadAsync(GenerationStatus generation, RankedImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(image);
        return retry.RunAsync(
            async token =>
            {
                byte[] content = await transport.ReadImageAsync(generation, image, token);
                // A cut-off or mixed-up file must not pass for the image: it is asked for again.
                if (Convert.ToHexStringLower(SHA256.HashData(content)) != image.Sha256)
                    throw new ClipGenUnavailableException($"What came for the image {image.Name} is not what was stored.", ClientErrorCodes.InvalidAnswer);
                return new GeneratedImage(image, generation.Request.Seed, MediaTypes.Of(generation.Request.Format), content);
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<GenerationStatus> ListAsync(GenerationFilter? filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        filter ??= new();
        for (string? after = null; ;)
        {
            var page = await retry.RunAsync(token => transport.ListAsync(filter, after, token), cancellationToken);
            foreach (var generation in page.Generations) yield return generation;
            if (page.Next is null) yield break;
            after = page.Next;
        }
    }

    public Task<ReplayOutcome> ReplayAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        string key = NewKey();   // a call that is tried again waits for the run that the first try began
        return retry.RunAsync(token => transport.ReplayAsync(id, key, token), cancellationToken, Timeout.InfiniteTimeSpan);
    }

    public Task<IReadOnlyList<ModelDescription>> GetModelsAsync(CancellationToken cancellationToken) => retry.RunAsync(transport.GetModelsAsync, cancellationToken);

    private static string NewKey() => Guid.NewGuid().ToString("N");

    private Task<GenerationStatus> SubmitAsync(GenerateRequest request, string key, CancellationToken cancellationToken) =>
        retry.RunAsync(token => transport.SubmitAsync(request, key, token), cancellationToken);

    /// <summary>Submits what this call will follow.</summary>
    private async Task<GenerationStatus> BeginAsync(GenerateRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string key = request.IdempotencyKey ?? NewKey();
        try
        {
            return await SubmitAsync(request, key, cancellationToken);
        }
        catch (OperationCanceledException) when (request.IdempotencyKey is null)
        {
            // It may have been accepted without a word of it having come: under the same key it is the same generation.
            await QuietlyAsync(async token => await transport.CancelAsync((await transport.SubmitAsync(request, key, token)).Id, token));
            throw;
        }
    }

    /// <summary>Follows what this call has submitted; a call that is cancelled takes its generation with it.</summary>
    private async IAsyncEnumerable<GenerationUpdate> RunAsync(
        GenerateRequest request, GenerationStatus accepted, ClientOperation operation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        operation.Accepted(accepted);
        bool ended = false;
        try
        {
            await foreach (var update in FollowAsync(accepted, 0, operation, cancellationToken))
            {
                ended = update.IsLast;
                operation.Saw(update);
                yield return update;
            }
        }
        finally
        {
            if (!ended && cancellationToken.IsCancellationRequested && request.IdempotencyKey is null) await QuietlyAsync(token => transport.CancelAsync(accepted.Id, token));
        }
    }

    private async IAsyncEnumerable<GenerationUpdate> FollowAsync(
        GenerationStatus known, int from, ClientOperation? operation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int failures = 0; ; failures++)
        {
            // Between two updates the caller's own code has run: its span is current again.
            if (operation?.Span is { } span) Activity.Current = span;
            ClipGenException? broken = null;
            bool nothing = true;
            await using var updates = transport.WatchAsync(known, from, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (broken is null)
            {
                GenerationUpdate? update = null;
                try
                {
                    if (await updates.MoveNextAsync()) update = updates.Current;
                    else if (nothing && HasEnded(await GetAsync(known.Id, cancellationToken))) yield break;   // whoever watches after the end misses nothing
                    else broken = new ClipGenUnavailableException("The event stream ended before the generation did.", ClientErrorCodes.ConnectionLost);
                }
                catch (ClipGenException e)
                {
                    broken = e;
                }
                if (update is not null) nothing = false;
                if (update is null || update.Number < from) continue;
                (known, from, failures) = (update.Status, update.Number + 1, 0);
                yield return update;
                if (update.IsLast) yield break;
            }
            await PauseAsync(broken, failures, operation, cancellationToken);
        }
    }

    private async Task PauseAsync(ClipGenException broken, int failures, ClientOperation? operation, CancellationToken cancellationToken)
    {
        if (await retry.PauseAsync(broken, failures, cancellationToken)) return;
        operation?.Fail(broken);
        throw broken;
    }

    private static bool HasEnded(GenerationStatus status) => status.State is GenerationState.Completed or GenerationState.Failed or GenerationState.Cancelled;

    /// <summary>Cleans up after a caller who has turned away already: what he would be told is that his call is cancelled.</summary>
    private static async Task QuietlyAsync(Func<CancellationToken, Task> cleanUp)
    {
        using var timeout = new CancellationTokenSource(CancelTimeout);
        try
        {
            await cleanUp(timeout.Token);
        }
        catch (Exception e) when (e is ClipGenException or OperationCanceledException)
        {
            // Nobody is there to hear of it.
        }
    }
}
