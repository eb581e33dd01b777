using System.Runtime.CompilerServices;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Storage;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// One request, from acceptance to its stored images. Here is what others ask of it; GenerationGrain.Run.cs is its way through the
/// stages, GenerationGrain.Sampling.cs what it hears of its candidates, GenerationGrain.Record.cs what is written down,
/// GenerationGrain.Prompt.cs the images among its prompt, GenerationGrain.Listing.cs its place in its tenant's list.
/// </summary>
[Reentrant, GatewayRole, CollectionAgeLimit(Minutes = 2)]   // while it runs it stays; many that have ended are only looked at, one page after the other
internal sealed partial class GenerationGrain(
    [PersistentState("generation", ClusterOptions.GrainStorageName)] IPersistentState<GenerationRecord> record,
    IImageStore store,
    UnstoredImages unstored,
    ClusterInstruments instruments,
    IOptions<TelemetryOptions> telemetry,
    ILocalSiloDetails silo,
    ISiloRole role,
    IOptions<GenerationOptions> options,
    TimeProvider time,
    ILogger<GenerationGrain> logger)
    : Grain, IGenerationGrain, IDisposable
{
    private static readonly TimeSpan HandOverAfter = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _door = new(1);   // one caller at a time begins it or forgets it
    private CancellationTokenSource _cancel = new();
    private GenerationLog? _log;
    private int _watchers;
    private Task _run = Task.CompletedTask;

    private string Id => this.GetPrimaryKeyString();

    private GenerationLog Log => _log ?? throw new KeyNotFoundException($"There is no generation '{Id}'.");

    private IImageOwnersGrain Owners => GrainFactory.GetGrain<IImageOwnersGrain>(Submission.Request.ImageNamePrefix);

    private Submission Submission => Kept.Submission!;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Kept.Submission is null) return;
        if (Kept.End is not null) _log = GenerationLog.Of(Kept);
        else await TakeUpAsync();
    }

    public async Task<StartOutcome> StartAsync(Submission submission, ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(model);
        await _door.WaitAsync();
        try
        {
            if (Kept.Submission is { } known)
            {
                if (known.Request.Digest != submission.Request.Digest)
                    throw new IdempotencyMismatchException("This idempotency key was used for another request; send that request again, or use a new key.");
                bool again = submission.Shared && Kept.End is { State: GenerationState.Failed or GenerationState.Cancelled };
                if (!again && Kept.End is not null) return StartOutcome.Ended;
                if (!again)
                {
                    if (submission.Shared) await SaveAsync(kept => kept with { Sharers = kept.Sharers + 1 });
                    return StartOutcome.Running;
                }
                await _run;   // what the run that ended has still to tell its gateway must not be taken for this one's
                await SettleEntryAsync();
            }
            await OwnPromptImagesAsync(submission.Request);
            await AcceptAsync(submission, model);
            return StartOutcome.Begun;
        }
        finally
        {
            _door.Release();
        }
    }

    public Task<bool> ResumeAsync()
    {
        bool goesOn = _log is { Ended: false };   // being asked has activated it, and so it has gone on
        if (goesOn) EnterAgain();
        return Task.FromResult(goesOn);
    }

    public async IAsyncEnumerable<GenerationEvent> WatchAsync(int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var log = Log;
        _watchers++;
        try
        {
            await foreach (var e in log.WatchAsync(from, cancellationToken)) yield return e;
        }
        finally
        {
            if (--_watchers == 0 && Submission.CancelUnwatched && !log.Ended) CancelUnwatchedAsync(log).Ignore();
        }
    }

    public Task<GenerationStatus> GetStatusAsync() => Task.FromResult(Log.Status);

    public async Task<ImageFile?> ReadImageAsync(int candidate) =>
        Log.Status.Result?.Images.FirstOrDefault(i => i.Candidate == candidate) is { } image && await store.ReadAsync(image.Name, default) is { } content ? new(content) : null;

    public async Task CancelAsync()
    {
        if (Log.Ended || Kept.End is not null) return;
        bool last = false;
        try
        {
            // Written before it is answered: a crash must not bring back what somebody was told is over.
            await SaveAsync(kept =>
            {
                last = kept.Sharers == 1;
                return kept with { Sharers = Math.Max(1, kept.Sharers - 1), Cancelled = last };
            });
        }
        finally
        {
            if (last) await _cancel.CancelAsync();
        }
    }

    /// <summary>Whoever has only lost the connection comes back within a moment.</summary>
    private async Task CancelUnwatchedAsync(GenerationLog log)
    {
        await Task.Delay(options.Value.UnwatchedGrace, time);
        if (_watchers == 0 && _log == log && !log.Ended && !_stopping) await CancelAsync();
    }

    public async Task ForgetAsync(bool withImages, DateTimeOffset? endedBefore)
    {
        await _door.WaitAsync();
        try
        {
            if (Kept.End is not { } end || Kept.EndedAt > endedBefore) return;
            await _run;
            await SettleEntryAsync();
            // The manifest first: where one is, its images are. What failed or was cancelled may have stored any of its images.
            var images = end.Result?.Images.Select(image => image.Name) ?? Enumerable.Range(0, end.Request.Candidates).Select(end.Request.ImageName);
            if (end.ReplayOf is null) await Owners.ReleaseAsync(Id, withImages ? [end.Request.ManifestName, .. images] : []);   // a replay has stored none
            await DisownPromptImagesAsync(end.Request, withImages);
            await ListOf(Kept).RemoveAsync(Id, Kept.AcceptedAt);
            await ClearAsync();
            _log = null;
            DeactivateOnIdle();
        }
        finally
        {
            _door.Release();
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_log is { Ended: false })
        {
            _stopping = true;
            await _cancel.CancelAsync();
            // It may wait for an answer from what is stopping, too; what it still writes after this comes behind the handing over.
            await _run.WaitAsync(HandOverAfter, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (Kept.End is null) await HandOverAsync();
        }
    }

    public void Dispose()
    {
        _stopping = true;   // what could not be written by now cannot be: trying on would never end
        _cancel.Dispose();
        _door.Dispose();
        _writing.Dispose();
    }
}
