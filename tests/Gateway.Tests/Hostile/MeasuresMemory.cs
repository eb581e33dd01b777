namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>Nothing else may run in the process meanwhile: its memory is counted too.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory
{
    /// <summary>Bytes of managed memory that something still refers to.</summary>
    internal static long Settled()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
