namespace ClipGen.Cli.Chaos;

internal enum Blow
{
    /// <summary>kill -9 of a gateway or a silo with a device; it is started again.</summary>
    Kill,

    /// <summary>It hangs for some seconds, then goes on.</summary>
    Hang,

    /// <summary>It hangs for some seconds, then it is killed.</summary>
    HangThenKill,

    /// <summary>kill -9 of Redis; it is started again.</summary>
    KillRedis,
}

/// <param name="After">Time since the blow before.</param>
/// <param name="Victim">Which of those that may be hit, 0 to 1.</param>
/// <param name="Lasts">How long it hangs.</param>
internal sealed record PlannedBlow(Blow Blow, TimeSpan After, double Victim, TimeSpan Lasts);

/// <summary>What is killed when: drawn from a seed. Of eight blows two are hanging processes and one is Redis'.</summary>
internal static class KillSchedule
{
    /// <param name="pause">Mean seconds between two blows; each comes after half to one and a half times as many.</param>
    public static IReadOnlyList<PlannedBlow> Draw(int kills, double pause, ulong seed)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        return
        [
            .. Enumerable.Range(0, kills).Select(i => new PlannedBlow(
                (i % 8) switch { 1 => Blow.KillRedis, 2 => Blow.Hang, 5 => Blow.HangThenKill, _ => Blow.Kill },
                TimeSpan.FromSeconds(pause * (0.5 + random.NextDouble())), random.NextDouble(), TimeSpan.FromSeconds(2 + 3 * random.NextDouble()))),
        ];
    }
}
