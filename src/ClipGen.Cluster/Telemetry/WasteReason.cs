namespace ClipGen.Cluster.Telemetry;

/// <summary>Why nobody got what a device has drawn.</summary>
public static class WasteReason
{
    /// <summary>The generation had ended meanwhile.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The silo stopped before it was through.</summary>
    public const string HandedBack = "handed_back";

    /// <summary>The device gave up on it.</summary>
    public const string Failed = "failed";

    /// <summary>The device's process was lost; counted as far as its generation had heard of it.</summary>
    public const string Lost = "lost";

    /// <summary>Another device had drawn the same.</summary>
    public const string Duplicate = "duplicate";
}
