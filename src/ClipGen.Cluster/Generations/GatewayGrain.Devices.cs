using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>Reports come every second; a device that misses this many is gone, whatever the membership says.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>How often the index is gone through although nothing seems lost: what a lost write left behind is found, too.</summary>
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(15), SweepAgain = TimeSpan.FromSeconds(2);

    private MembershipVersion _seen = MembershipVersion.MinValue;
    private HashSet<SiloAddress> _silos = [];
    private bool _recovering, _recoverAgain, _leaving;
    private long _recoveredAt;
    private TimeSpan _recoverAfter = TimeSpan.Zero;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(LookAroundAsync, new() { DueTime = Tick, Period = Tick, Interleave = true });
        return Task.CompletedTask;   // the first look around recovers what there is
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _leaving = true;   // the next activation recovers what is left
        return Task.CompletedTask;
    }

    public Task ReportAsync(DeviceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        // A silo that hung and was taken for dead speaks once more before it hears of it; one too new to be known speaks again in a second.
        if (!AliveSilos().Contains(Placement.DeviceKey.Parse(report.Key).Silo)) return Task.CompletedTask;
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
        var alive = AliveSilos();
        var gone = _devices.Devices.Where(d => !alive.Contains(d.Silo)).Concat(_devices.SilentFor(Silence)).Distinct().ToList();
        foreach (var device in gone)
        {
            LogDeviceGone(device.Key, Model);
            Lost(device.Key, _devices.Remove(device.Key));
        }
        // A silo that died may have hosted generations, too: whoever of them is not awake any more is woken.
        if (SilosLost() || gone.Count > 0 || time.GetElapsedTime(_recoveredAt) >= _recoverAfter) RecoverAsync().Ignore();
        return Task.CompletedTask;
    }

    private HashSet<string> AliveSilos() => membership.CurrentSnapshot.Members.Values
        .Where(m => m.Status is not (SiloStatus.Dead or SiloStatus.None))
        .Select(m => m.Name)
        .ToHashSet(StringComparer.Ordinal);

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
                (_recoverAgain, _recoverAfter) = (false, Sweep);
                await Parallel.ForAsync(0, UnfinishedIndexGrain.Shards, new ParallelOptions { MaxDegreeOfParallelism = 4, TaskScheduler = TaskScheduler.Current }, RecoverShardAsync);
            }
            while (_recoverAgain);
        }
        finally
        {
            _recoveredAt = time.GetTimestamp();
            _recovering = false;
        }
    }

    private async ValueTask RecoverShardAsync(int shard, CancellationToken cancellationToken)
    {
        if (_leaving) return;
        try
        {
            var index = UnfinishedIndexGrain.Of(GrainFactory, Model, shard);
            foreach (string id in await index.ListAsync()) await ResumeAsync(index, id);
        }
        catch (Exception e) when (!_leaving)
        {
            LogNotRecovered(e, Model);
            _recoverAfter = SweepAgain;
        }
    }

    private async Task ResumeAsync(IUnfinishedIndexGrain index, string id)
    {
        try
        {
            if (await GrainFactory.GetGrain<IGenerationGrain>(id).ResumeAsync() || _submitting.Contains(id)) return;
            // Never accepted, or ended without having been able to say so.
            if (_unfinished.Remove(id) is not null) Withdraw(id);
            await index.RemoveAsync(id);
        }
        catch (Exception e) when (!_leaving)
        {
            LogNotRecovered(e, Model);   // one that cannot be woken now must not keep the others asleep
            _recoverAfter = SweepAgain;
        }
    }
}
