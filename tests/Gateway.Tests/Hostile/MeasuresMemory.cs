namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>Nothing else may run in the process meanwhile: its memory is counted too.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes of managed memory that something still refers to, once what has been closed is gone: when they do not become fewer.</summary>
    internal static async Task<long> SettledAsync()
    {
        long least = Settled();
        for (int same = 0; same < 3;)
        {
            await Task.Delay(Moment, Sut.Token);
            long now = Settled();
            same = now < least - 64 * 1024 ? 0 : same + 1;
            least = Math.Min(least, now);
        }
        return least;
    }

    private static long Settled()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
