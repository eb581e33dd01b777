namespace ClipGen.Cluster.Generations;

/// <summary>What this process is besides a silo.</summary>
public interface ISiloRole
{
    /// <summary>Whether devices draw in this process: then its loss may be the doing of what they drew.</summary>
    bool HasDevices { get; }
}

/// <summary>A process without devices.</summary>
internal sealed class GatewayOnly : ISiloRole
{
    public bool HasDevices => false;
}
