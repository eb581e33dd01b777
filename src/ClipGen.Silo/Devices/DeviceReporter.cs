using System.Collections.Concurrent;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Silo.Sampling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipGen.Silo.Devices;

/// <summary>
/// Tells gateways and the directory of this silo's devices: when the silo takes calls, every second from then on, when a silo has come or
/// gone, for it may have had the gateway, and when it stops, so that no more work comes and what runs is finished or handed back.
/// </summary>
internal sealed partial class DeviceReporter(
    SamplerTable samplers, DeviceRegistry registry, ILocalSiloDetails silo, IClusterMembershipService membership, IGrainFactory grains, IOptions<ClusterOptions> options, ShutdownClock clock,
    TimeProvider time, ILogger<DeviceReporter> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Task<bool>> _telling = [];
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(DeviceReporter), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    /// <summary>Done when everybody who is to know of the devices has heard of them once.</summary>
    public Task Told => _told.Task;

    /// <summary>Tells how things stand now.</summary>
    public async Task ReportAsync()
    {
        var reports = samplers.All.Select(s => s.Report()).ToList();
        if (reports.Count == 0) return;
        bool[] told = await Task.WhenAll(reports.Select(report => TellAsync($"{report.Model.Name} {report.Key}", () => grains.GetGrain<IGatewayGrain>(report.Model.Name).ReportAsync(report))));
        // Then: whoever has found a device in the directory is not told by its gateway that there is none.
        bool listed = await TellAsync("directory", () => grains.GetGrain<IClusterDirectoryGrain>(0).AnnounceAsync(silo.Name, reports));
        if (listed && told.All(heard => heard)) _told.TrySetResult();
    }

    public void Dispose() => _stop.Dispose();

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        samplers.Changed += () => ReportAsync().Ignore();
        await ReportAsync();
        _loop = Task.WhenAll(Task.Run(LoopAsync, CancellationToken.None), Task.Run(FollowMembershipAsync, CancellationToken.None));
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) ReportAsync().Ignore();
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task FollowMembershipAsync()
    {
        try
        {
            await foreach (var _ in membership.MembershipUpdates.WithCancellation(_stop.Token))
            {
                await Task.WhenAll(_telling.Values);   // one that is on its way to the silo that is gone fails now
                await ReportAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!cancellationToken.IsCancellationRequested)
        {
            var reserve = options.Value.ShutdownReserve;
            // Who has stopped the registry before wants nothing to be finished.
            using var finish = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, registry.Stopping);
            using var tell = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var left = options.Value.ShutdownGrace - clock.Elapsed;
            finish.CancelAfter(left > reserve ? left - reserve : TimeSpan.Zero);
            tell.CancelAfter(left > reserve / 2 ? left - reserve / 2 : TimeSpan.Zero);
            var drained = Task.WhenAll(samplers.All.Select(s => s.DrainAsync(finish.Token, tell.Token)));
            await ReportAsync();   // they say now that they drain
            await drained;
            await ReportAsync();
        }
        await _stop.CancelAsync();
        await _loop;
        registry.Stop();
    }

    /// <summary>A gateway that does not answer must not keep the others from hearing, and is not told twice at once: reports keep their order.</summary>
    private Task<bool> TellAsync(string whom, Func<Task> tell) =>
        _telling.AddOrUpdate(whom, _ => TryAsync(tell), (_, before) => before.IsCompleted ? TryAsync(tell) : before);

    private async Task<bool> TryAsync(Func<Task> tell)
    {
        try
        {
            await tell().WaitAsync(Patience, time);   // whoever does not answer must not keep the others from hearing
            return true;
        }
        catch (Exception e)
        {
            LogNotTold(e, silo.Name);   // there may be no gateway yet; the next report is a second away
            return false;
        }
    }

    [LoggerMessage(LogLevel.Debug, "Silo {Silo} could not report its devices")]
    private partial void LogNotTold(Exception exception, string silo);
}
