namespace ClipGen.Silo.Telemetry;

/// <summary>What the machine's GPUs say of themselves.</summary>
internal interface IGpuReader
{
    /// <summary>Their devices' names, <c>cuda:0</c> and so on; empty where there are none.</summary>
    IReadOnlyList<string> Ids { get; }

    /// <summary>Null when it does not say.</summary>
    GpuReading? Read(string id);
}

/// <param name="Utilization">0 to 1.</param>
/// <param name="MemoryUsed">Bytes.</param>
/// <param name="MemoryTotal">Bytes.</param>
internal readonly record struct GpuReading(double Utilization, long MemoryUsed, long MemoryTotal);
