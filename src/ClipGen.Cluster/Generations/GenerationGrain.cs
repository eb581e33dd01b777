using System.Runtime.CompilerServices;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Generations;

/// <summary>One request, from acceptance to its stored images. The run is in GenerationGrain.Run.cs; here is what others ask of it.</summary>
[Reentrant]
internal sealed partial class GenerationGrain(
    IDeviceDirectory directory, IImageStore store, ClusterInstruments instruments, TimeProvider time, ILogger<GenerationGrain> logger)
    : Grain, IGenerationGrain, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private GenerationLog? _log;
    private Task _run = Task.CompletedTask;

    private string Id => this.GetPrimaryKeyString();

    private GenerationLog Log => _log ?? throw new KeyNotFoundException($"There is no generation '{Id}'.");

    public Task StartAsync(GenerationRequest request)
    {
        if (_log is not null) return Task.CompletedTask;   // a repeated call
        _log = new(Id, request, directory.Describe(request.Model).CodesPerImage);
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        _run = RunAsync(_log, _cancel.Token);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<GenerationEvent> WatchAsync(int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        await foreach (var e in Log.WatchAsync(from, cancellationToken)) yield return e;
    }

    public Task<GenerationStatus> GetStatusAsync() => Task.FromResult(Log.Status);

    public Task CancelAsync() => Log.Ended ? Task.CompletedTask : _cancel.CancelAsync();

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _cancel.CancelAsync();
        await _run.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose() => _cancel.Dispose();
}
