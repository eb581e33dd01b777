using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>Reports come every second; a device that misses this many is gone, whatever the membership says.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private MembershipVersion _seen = MembershipVersion.MinValue;
    private HashSet<SiloAddress> _silos = [];
    private bool _recovering, _recoverAgain;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(LookAroundAsync, new() { DueTime = Tick, Period = Tick, Interleave = true });
        RecoverAsync().Ignore();
        return Task.CompletedTask;
    }

    public Task ReportAsync(DeviceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Measure(report.SecondsPerCandidate);
        var lost = _devices.Report(report);
        Lost(report.Key, lost);
        Pump();
        return Task.CompletedTask;
    }

    public Task FreedAsync(SlotsFreed freed)
    {
        ArgumentNullException.ThrowIfNull(freed);
        Measure(freed.SecondsPerCandidate);
        if (_devices.Find(freed.Device) is not { } device) return Task.CompletedTask;
        foreach (var group in freed.Freed)
        {
            foreach (int candidate in group.Candidates) device.Take(group.GenerationId, candidate);
        }
        Pump();
        return Task.CompletedTask;
    }

    /// <summary>Finds devices whose silo is dead or that have fallen silent, and tells their generations.</summary>
    private Task LookAroundAsync(CancellationToken cancellationToken)
    {
        // This silo itself is going: its devices are not lost, and the next activation looks for what is.
        if (membership.CurrentSnapshot.GetSiloStatus(GrainContext.Address.SiloAddress!) is SiloStatus.Dead) return Task.CompletedTask;
        var alive = membership.CurrentSnapshot.Members.Values
            .Where(m => m.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping or SiloStatus.Joining)
            .Select(m => m.Name)
            .ToHashSet(StringComparer.Ordinal);
        var gone = _devices.Devices.Where(d => !alive.Contains(d.Silo)).Concat(_devices.SilentFor(Silence)).Distinct().ToList();
        foreach (var device in gone)
        {
            LogDeviceGone(device.Key, Model);
            Lost(device.Key, _devices.Remove(device.Key));
        }
        // A silo that died may have hosted generations, too: whoever of them is not awake any more is woken.
        if (gone.Count > 0 || SilosLost()) RecoverAsync().Ignore();
        return Task.CompletedTask;
    }

    private bool SilosLost()
    {
        var snapshot = membership.CurrentSnapshot;
        if (snapshot.Version == _seen) return false;
        _seen = snapshot.Version;
        var silos = snapshot.Members.Where(m => m.Value.Status is not SiloStatus.Dead).Select(m => m.Key).ToHashSet();
        bool lost = _silos.Except(silos).Any();
        _silos = silos;
        return lost;
    }

    private void Measure(double secondsPerCandidate)
    {
        if (secondsPerCandidate > 0) _candidateTime.Record(secondsPerCandidate);
    }

    private void Lost(string device, List<SequenceGroup> lost)
    {
        foreach (var group in lost) TellLostAsync(device, group).Ignore();
    }

    private async Task TellLostAsync(string device, SequenceGroup group)
    {
        try
        {
            await GrainFactory.GetGrain<IGenerationGrain>(group.GenerationId).LostAsync(device, group.Candidates);
        }
        catch (Exception e)
        {
            LogNotTold(e, group.GenerationId, device);   // it asks for its missing candidates again by itself
        }
    }

    /// <summary>Wakes every generation that the index says has not ended; one that was never accepted is swept out of it.</summary>
    private async Task RecoverAsync()
    {
        if (_recovering)
        {
            _recoverAgain = true;
            return;
        }
        _recovering = true;
        try
        {
            do
            {
                _recoverAgain = false;
                await Parallel.ForAsync(0, UnfinishedIndexGrain.Shards, new ParallelOptions { MaxDegreeOfParallelism = 4, TaskScheduler = TaskScheduler.Current }, RecoverShardAsync);
            }
            while (_recoverAgain);
        }
        catch (SiloUnavailableException)
        {
            // This silo stops: the next activation does it.
        }
        catch (Exception e)
        {
            LogNotRecovered(e, Model);
            this.RegisterGrainTimer(_ => RecoverAsync(), new() { DueTime = TimeSpan.FromSeconds(2), Period = Timeout.InfiniteTimeSpan, Interleave = true });
        }
        finally
        {
            _recovering = false;
        }
    }

    private async ValueTask RecoverShardAsync(int shard, CancellationToken cancellationToken)
    {
        var index = UnfinishedIndexGrain.Of(GrainFactory, Model, shard);
        foreach (string id in await index.ListAsync())
        {
            if (await GrainFactory.GetGrain<IGenerationGrain>(id).ResumeAsync()) continue;
            if (!_unfinished.Contains(id)) await index.RemoveAsync(id);
        }
    }
}
