namespace ClipGen.Engine.Telemetry;

/// <summary>What a job has cost its device however it ended: results tell only of those that ended well. To be read when the job has ended.</summary>
public sealed class DeviceAccount
{
    /// <summary>The job's share of the device's time.</summary>
    public double DeviceSeconds { get; private set; }

    /// <summary>Steps that served it.</summary>
    public int Steps { get; private set; }

    /// <summary>The slot it stood in; null before it had one, and where slots have no numbers.</summary>
    public int? Slot { get; private set; }

    internal void Charge(double seconds, int steps)
    {
        DeviceSeconds += seconds;
        Steps += steps;
    }

    internal void Enter(int slot) => Slot = slot;
}
