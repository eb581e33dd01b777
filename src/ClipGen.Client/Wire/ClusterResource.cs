namespace ClipGen.Client.Wire;

/// <summary>Answer of <c>GET /v1/cluster</c>.</summary>
public sealed record ClusterResource
{
    public required IReadOnlyList<ClusterSilo> Silos { get; init; }
    public required IReadOnlyList<ClusterDevice> Devices { get; init; }
    public required IReadOnlyList<QueueResource> Queues { get; init; }
}

/// <summary>A process of the cluster.</summary>
public sealed record ClusterSilo
{
    public required string Name { get; init; }

    /// <summary>Membership's word for it, in lower case, for example <c>active</c>.</summary>
    public required string Status { get; init; }

    public required int Devices { get; init; }
}

/// <summary>A device with one of its models.</summary>
public sealed record ClusterDevice
{
    /// <summary><c>silo/device</c>.</summary>
    public required string Key { get; init; }

    public required string Silo { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>sim</c>.</summary>
    public required string Kind { get; init; }

    public required string Model { get; init; }
    public required int Slots { get; init; }

    /// <summary>Slots that could take a sequence now.</summary>
    public required int Free { get; init; }

    public required bool Draining { get; init; }

    /// <summary>Why it is out of service; null when it is not.</summary>
    public string? Trouble { get; init; }

    /// <summary>Latest mean time from slot to codes; null before the first.</summary>
    public double? SecondsPerCandidate { get; init; }
}

/// <summary>One model's queue.</summary>
public sealed record QueueResource
{
    public required string Model { get; init; }

    /// <summary>Sequences that wait for a slot.</summary>
    public required int Waiting { get; init; }

    /// <summary>Generations that have not ended.</summary>
    public required int Unfinished { get; init; }

    /// <summary>Images stored a second, over the last minute; null where it is not measured.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Half of the generations that completed within the last five minutes took no longer, in seconds from acceptance to end; null when there was none.</summary>
    public double? LatencyP50 { get; init; }

    /// <summary>95 of 100 of them took no longer, in seconds.</summary>
    public double? LatencyP95 { get; init; }

    /// <summary>Median |predicted − actual| of the times given at acceptance as a share of the actual time; null before the first.</summary>
    public double? EtaErrorMedian { get; init; }
}
