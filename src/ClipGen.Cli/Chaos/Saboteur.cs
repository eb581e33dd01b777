using System.Diagnostics;

namespace ClipGen.Cli.Chaos;

/// <summary>A blow that was dealt. Times are seconds since the run's start.</summary>
/// <param name="DetectedAfter">How long the cluster took the silo for alive; null where it was not a silo's death.</param>
internal sealed record DealtBlow(Blow Blow, string Victim, double At, double? DetectedAfter);

/// <summary>Deals the planned blows; one that nobody may receive at the moment waits.</summary>
internal sealed class Saboteur(ChaosCluster cluster, ClientSilo client, IReadOnlyList<PlannedBlow> plan, bool total, Stopwatch clock, Action<string> tell)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

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
        else
        {
            victim.Stop();
            await Task.Delay(planned.Lasts, cancellationToken);
            if (planned.Blow == Blow.Hang)
            {
                victim.Continue();
                return new(planned.Blow, victim.Name, at, null);
            }
            at = clock.Elapsed.TotalSeconds;   // when it hung long enough, it is taken for dead by now: that shows as 0
            victim.Kill();
        }
        double? detected = null;
        for (long began = Stopwatch.GetTimestamp(); address is not null && Stopwatch.GetElapsedTime(began).TotalSeconds < 30; await Task.Delay(Poll, cancellationToken))
        {
            if (client.IsAlive(address)) continue;
            detected = clock.Elapsed.TotalSeconds - at;
            break;
        }
        return new(planned.Blow, victim.Name, at, detected);
    }
}
