using Microsoft.Extensions.Logging;
using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>Reports come every second; a device that misses this many is gone, whatever the membership says.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>How often the index is gone through although nothing was lost, and how soon again when not all could be woken.</summary>
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1), BeforeAgain = TimeSpan.FromSeconds(5);

    private MembershipVersion _seen = MembershipVersion.MinValue;
    private HashSet<SiloAddress> _silos = [];
    private bool _recovering, _recoverAgain, _leaving;
    private long _recoveredAt;
    private TimeSpan _recoverIn;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(LookAroundAsync, new() { DueTime = Tick, Period = Tick, Interleave = true });
        return Task.CompletedTask;   // the first look around recovers what there is
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _leaving = true;   // the next activation recovers what is left
        CountQueue(left: true);
        return Task.CompletedTask;
    }

    public Task ReportAsync(DeviceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        // A silo that hung and was taken for dead speaks once more before it hears of it; one too new to be known speaks again in a second.
        if (!Silos().Contains(Placement.DeviceKey.Parse(report.Key).Silo)) return Task.CompletedTask;
        Measure(report.SecondsPerCandidate);
        var before = _devices.Find(report.Key)?.Report;
        var lost = _devices.Report(report);
        if (_remembered is null) LookAtModels();
        Lost(report.Key, lost, before is null || before.Incarnation == report.Incarnation ? null : Crashed(before));
        Pump();
        return Task.CompletedTask;
    }

    public Task FreedAsync(SlotsFreed freed)
    {
        ArgumentNullException.ThrowIfNull(freed);
        Measure(freed.SecondsPerCandidate);
        if (_devices.Find(freed.Device) is not { } device) return Task.CompletedTask;
        foreach (var group in freed.Leaving ?? [])
        {
            foreach (int candidate in group.Candidates) device.Leaves(group.GenerationId, candidate);
        }
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
        var silos = Silos();
        var gone = _devices.Devices.Where(d => !silos.Contains(d.Silo)).Concat(_devices.SilentFor(Silence)).Distinct().ToList();
        foreach (var device in gone)
        {
            LogDeviceGone(device.Key, Model);
            Lost(device.Key, _devices.Remove(device.Key), Crashed(device.Report));
        }
        LookAtModels();
        CountQueue();
        // A silo that died may have hosted generations, too: whoever of them is not awake any more is woken.
        bool due = !_recovering && time.GetElapsedTime(_recoveredAt) > _recoverIn;
        if (gone.Count > 0 | SilosLost() | due) RecoverAsync().Ignore();
        RemoveOldAsync().Ignore();
        return Task.CompletedTask;
    }

    /// <summary>Names of the silos that are not dead; no device of another one is known.</summary>
    private HashSet<string> Silos() => membership.CurrentSnapshot.Members.Values
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

    /// <summary>The process that is gone, unless it had said that it stops: that it has is nobody's doing.</summary>
    private static Guid? Crashed(DeviceReport last) => last.Draining ? null : last.Incarnation;

    private void Lost(string device, List<SequenceGroup> lost, Guid? process)
    {
        foreach (var group in lost) TellLostAsync(device, group, process).Ignore();
    }

    private async Task TellLostAsync(string device, SequenceGroup group, Guid? process)
    {
        try
        {
            await GrainFactory.GetGrain<IGenerationGrain>(group.GenerationId).LostAsync(device, group.Candidates, process);
        }
        catch (Exception e)
        {
            LogNotTold(e, group.GenerationId, device);   // it asks for its missing candidates again by itself
        }
    }

    /// <summary>Wakes every generation that the index says has not ended; one that was never accepted, or whose end was not heard, is swept out.</summary>
    private async Task RecoverAsync()
    {
        if (_recovering)
        {
            _recoverAgain = true;
            return;
        }
        _recovering = true;
        bool all;
        do
        {
            (_recoverAgain, all) = (false, true);
            // Four shards at a time, all of them in this grain's turn.
            var shards = new Queue<int>(Enumerable.Range(0, UnfinishedIndexGrain.Shards));
            foreach (bool woken in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RecoverShardsAsync(shards)))) all &= woken;
            foreach (string id in _unfinished.OlderThan(2 * BetweenSweeps))
            {
                if (await ResumeAsync(id) is not false || !_unfinished.Contains(id)) continue;
                _unfinished.Remove(id);
                Withdraw(id);
            }
        }
        while (_recoverAgain);
        (_recovering, _recoveredAt, _recoverIn) = (false, time.GetTimestamp(), all ? BetweenSweeps : BeforeAgain);
    }

    private async Task<bool> RecoverShardsAsync(Queue<int> shards)
    {
        bool all = true;
        while (shards.TryDequeue(out int shard))
        {
            try
            {
                var index = UnfinishedIndexGrain.Of(GrainFactory, Model, shard);
                foreach (string id in await index.ListAsync())
                {
                    bool? goesOn = await ResumeAsync(id);
                    if (goesOn is null) all = false;
                    else if (goesOn is false && !_unfinished.Contains(id)) await index.RemoveAsync(id);
                }
            }
            catch (Exception e)
            {
                var level = LevelOf(e);
                LogNotRecovered(level, e, Model);
                all = false;
            }
        }
        return all;
    }

    /// <summary>A silo that stops, this one or another, is no trouble: the next activation does it, or the next sweep.</summary>
    private static LogLevel LevelOf(Exception e) => e is SiloUnavailableException or OrleansMessageRejectionException or InvalidOperationException ? LogLevel.Debug : LogLevel.Warning;

    /// <returns>Null when that could not be found out: one that cannot be read must not keep the others from going on.</returns>
    private async Task<bool?> ResumeAsync(string id)
    {
        if (_leaving) return null;
        try
        {
            return await GrainFactory.GetGrain<IGenerationGrain>(id).ResumeAsync();
        }
        catch (Exception e)
        {
            var level = LevelOf(e);
            LogNotResumed(level, e, id);
            return null;
        }
    }
}
