using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Endpoints;

/// <summary>
/// Answers that somebody waits for. A server that is told to stop gives them half of its grace before anything of it stops, for what
/// draws their images may be in this very process; the other half is for what has to be handed over.
/// </summary>
internal sealed class AnswersInFlight(IOptions<ClusterOptions> cluster, ShutdownClock clock, TimeProvider time) : IHostedLifecycleService
{
    private readonly TaskCompletionSource _none = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;
    private bool _stopping;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // What is only looked at can be looked at elsewhere.
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }
        Interlocked.Increment(ref _waiting);
        try
        {
            await next(context);
        }
        finally
        {
            if (Interlocked.Decrement(ref _waiting) == 0 && Volatile.Read(ref _stopping)) _none.TrySetResult();
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        clock.Begin();
        Volatile.Write(ref _stopping, true);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiting) == 0) return;
        try
        {
            await _none.Task.WaitAsync(cluster.Value.ShutdownGrace / 2, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Those that are left are cut off; what they wait for goes on, and can be asked for again.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
