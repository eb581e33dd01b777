namespace ClipGen.Cluster.Generations;

/// <summary>What of a generation is written down: at its acceptance, when a process was lost with it, at its end.</summary>
[GenerateSerializer, Alias("clipgen.GenerationRecord")]
internal sealed record GenerationRecord
{
    /// <summary>Null before it is accepted.</summary>
    [Id(0)] public Submission? Submission { get; init; }

    /// <summary>The model as it was when the submission was accepted.</summary>
    [Id(1)] public ModelDescription? Model { get; init; }

    [Id(2)] public DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Activations that have taken it up; their events are numbered from a higher thousand each.</summary>
    [Id(3)] public int Epoch { get; init; }

    /// <summary>Processes that were lost while they drew it.</summary>
    [Id(4)] public int Crashes { get; init; }

    /// <summary>Whether the process that has taken it up draws itself, so that its loss may be this generation's doing.</summary>
    [Id(5)] public bool AmongDevices { get; init; }

    /// <summary>Whether the activation that had it stopped in good order.</summary>
    [Id(6)] public bool HandedOver { get; init; }

    /// <summary>Callers that share it; it is cancelled when the last of them cancels.</summary>
    [Id(7)] public int Sharers { get; init; } = 1;

    /// <summary>Set at its end.</summary>
    [Id(8)] public GenerationStatus? End { get; init; }

    [Id(9)] public DateTimeOffset EndedAt { get; init; }

    /// <summary>What had happened, without the steps of progress; written at its end.</summary>
    [Id(10)] public IReadOnlyList<EventMark> Events { get; init; } = [];

    /// <summary>Everybody who wanted it has cancelled: whoever takes it up ends it.</summary>
    [Id(11)] public bool Cancelled { get; init; }

    /// <summary>
    /// The codes that were drawn when it was written last: nothing is written for their sake, they go with what is written anyway. None
    /// after its end.
    /// </summary>
    [Id(12)] public IReadOnlyList<DrawnCodes> Drawn { get; init; } = [];

    /// <summary>The span that it was accepted within (W3C traceparent), so that its trace goes on wherever it does; null when there was none.</summary>
    [Id(13)] public string? TraceParent { get; init; }
}

/// <summary>An event as it is kept: its status is that of the end with this much drawn.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.EventMark")]
internal sealed record EventMark([property: Id(0)] int Number, [property: Id(1)] GenerationEventKind Kind, [property: Id(2)] GenerationState State, [property: Id(3)] long CodesDrawn);
