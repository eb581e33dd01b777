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
/// stages, GenerationGrain.Sampling.cs what it hears of its candidates, GenerationGrain.Record.cs what is written down.
/// </summary>
[Reentrant, GatewayRole]
internal sealed partial class GenerationGrain(
    [PersistentState("generation", ClusterOptions.GrainStorageName)] IPersistentState<GenerationRecord> record,
    IImageStore store,
    ClusterInstruments instruments,
    ISiloRole role,
    IOptions<GenerationOptions> options,
    TimeProvider time,
    ILogger<GenerationGrain> logger)
    : Grain, IGenerationGrain, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private GenerationLog? _log;
    private Task _run = Task.CompletedTask;
    private Task? _accepting;

    private string Id => this.GetPrimaryKeyString();

    private GenerationLog Log => _log ?? throw new KeyNotFoundException($"There is no generation '{Id}'.");

    private Submission Submission => record.State.Submission!;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (record.State.Submission is null) return;
        if (record.State.End is not null) _log = GenerationLog.Of(record.State);
        else await TakeUpAsync();
    }

    public async Task<StartOutcome> StartAsync(Submission submission, ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(model);
        if (_accepting is not null) await _accepting;   // another caller's, with the same key
        if (record.State.Submission is { } known)
        {
            if (known.Request.Digest != submission.Request.Digest)
                throw new IdempotencyMismatchException("This idempotency key was used for another request; send that request again, or use a new key.");
            bool again = submission.Shared && record.State.End is { State: GenerationState.Failed or GenerationState.Cancelled };
            if (!again)
            {
                if (record.State.End is not null) return StartOutcome.Ended;
                if (submission.Shared) await SaveAsync(record.State with { Sharers = record.State.Sharers + 1 });
                return StartOutcome.Running;
            }
        }
        _accepting = AcceptAsync(submission, model);
        try
        {
            await _accepting;
        }
        finally
        {
            _accepting = null;
        }
        return StartOutcome.Begun;
    }

    public Task<bool> ResumeAsync() => Task.FromResult(_log is { Ended: false });   // being asked has activated it, and so it has gone on

    public async IAsyncEnumerable<GenerationEvent> WatchAsync(int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        await foreach (var e in Log.WatchAsync(from, cancellationToken)) yield return e;
    }

    public Task<GenerationStatus> GetStatusAsync() => Task.FromResult(Log.Status);

    public async Task CancelAsync()
    {
        if (Log.Ended) return;
        if (record.State.Sharers > 1) await SaveAsync(record.State with { Sharers = record.State.Sharers - 1 });
        else await _cancel.CancelAsync();
    }

    public async Task ForgetAsync(bool withImages)
    {
        if (record.State.End is not { } end) return;
        if (withImages)
        {
            foreach (var image in end.Result?.Images ?? []) await store.DeleteAsync(image.Name, default);
            if (end.Result is not null) await store.DeleteAsync(end.Request.ManifestName, default);
        }
        await record.ClearStateAsync();
        _log = null;
        DeactivateOnIdle();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_log is { Ended: false })
        {
            _stopping = true;
            await _cancel.CancelAsync();
            await _run.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (!cancellationToken.IsCancellationRequested) await HandOverAsync();
        }
    }

    public void Dispose() => _cancel.Dispose();
}
