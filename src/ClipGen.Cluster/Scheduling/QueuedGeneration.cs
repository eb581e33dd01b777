namespace ClipGen.Cluster.Scheduling;

/// <summary>A generation as the queue sees it.</summary>
internal sealed record QueuedGeneration
{
    public required string Id { get; init; }

    public required string Tenant { get; init; }

    /// <summary>The tenant's share relative to the others', above 0. The last one given counts. Default: 1.</summary>
    public double Weight { get; init; } = 1;

    public GenerationPriority Priority { get; init; }

    /// <summary>Indices still to sample, in the order they are to be taken.</summary>
    public required IReadOnlyList<int> Candidates { get; init; }

    /// <summary>A suspect: its runs have crashed a process, so it gets a device alone and is picked separately.</summary>
    public bool Isolated { get; init; }
}

internal readonly record struct QueuedCandidate(string Generation, int Candidate);
