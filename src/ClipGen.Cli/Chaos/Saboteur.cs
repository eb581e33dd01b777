using System.Diagnostics;
using ClipGen.Cli.Joining;
using Orleans.Runtime;

namespace ClipGen.Cli.Chaos;

/// <summary>A blow that was dealt. Times are seconds since the run's start.</summary>
/// <param name="DetectedAfter">How long the cluster took the silo for alive; null where it has not been taken for dead.</param>
internal sealed record DealtBlow(Blow Blow, string Victim, double At, double? DetectedAfter);

/// <summary>Deals the planned blows; one that nobody may receive at the moment waits.</summary>
internal sealed class Saboteur(ChaosCluster cluster, ClientSilo client, IReadOnlyList<PlannedBlow> plan, bool total, Stopwatch clock, Action<string> tell)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Seconds; one that has hung for a moment only is never taken for dead.</summary>
    private const double LongestDetection = 15;

    public async Task<IReadOnlyList<DealtBlow>> RunAsync(CancellationToken cancellationToken)
    {
        var dealt = new List<Task<DealtBlow>>();
        foreach (var planned in plan)
        {
            await Task.Delay(planned.After, cancellationToken);
            if (planned.Blow == Blow.KillRedis)
            {
                while (!cluster.Redis.IsReady) await Task.Delay(Poll, cancellationToken);
                tell($"blow {dealt.Count + 1} of {plan.Count}: {planned.Blow} {cluster.Redis.Name}");
                dealt.Add(Task.FromResult(new DealtBlow(planned.Blow, cluster.Redis.Name, clock.Elapsed.TotalSeconds, null)));
                cluster.Redis.Kill();
                continue;
            }
            SiloChild[] victims;
            while ((victims = [.. cluster.Silos.Where(MayBeHit)]).Length == 0) await Task.Delay(Poll, cancellationToken);
            var victim = victims[(int)(planned.Victim * victims.Length)];
            tell($"blow {dealt.Count + 1} of {plan.Count}: {planned.Blow} {victim.Name}");
            dealt.Add(DealAsync(planned, victim, cancellationToken));
        }
        return await Task.WhenAll(dealt);
    }

    private bool MayBeHit(SiloChild silo) => IsUp(silo) && (total || cluster.Silos.Any(other => other != silo && other.Role == silo.Role && IsUp(other)));

    // One that has hung may say that it is ready while the others have taken it for dead, which it is about to hear.
    private bool IsUp(SiloChild silo) => silo.IsReady && client.Find(silo.Name) is not null;

    private async Task<DealtBlow> DealAsync(PlannedBlow planned, SiloChild victim, CancellationToken cancellationToken)
    {
        double at = clock.Elapsed.TotalSeconds;
        var address = client.Find(victim.Name);
        if (planned.Blow == Blow.Kill) victim.Kill();
        else victim.Stop();
        var detecting = DetectAsync(address, at, cancellationToken);
        if (planned.Blow != Blow.Kill)
        {
            await Task.Delay(planned.Lasts, cancellationToken);
            if (planned.Blow == Blow.Hang) victim.Continue();
            else victim.Kill();
        }
        return new(planned.Blow, victim.Name, at, await detecting);
    }

    private async Task<double?> DetectAsync(SiloAddress? silo, double at, CancellationToken cancellationToken)
    {
        for (; silo is not null && clock.Elapsed.TotalSeconds < at + LongestDetection; await Task.Delay(Poll, cancellationToken))
        {
            if (!client.IsAlive(silo)) return clock.Elapsed.TotalSeconds - at;
        }
        return null;
    }
}
