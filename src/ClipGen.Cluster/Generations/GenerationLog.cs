using System.Runtime.CompilerServices;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// What has happened to one generation, numbered, for any number of watchers.
/// Every event is kept. What bounds them: a <see cref="GenerationEventKind.Sampling"/> event is made only when another whole
/// percent of all codes has been drawn, so there are at most 100 of those, and one event per candidate, per kept image and per preview,
/// of which there are three at most.
/// Not thread-safe: lives in a grain.
/// </summary>
internal sealed class GenerationLog
{
    /// <summary>Numbers that one activation has for its events: more than it can need.</summary>
    private const int EpochNumbers = 10_000;

    private readonly int _first;
    private readonly List<GenerationEvent> _events = [];
    private readonly int[] _steps;
    private readonly int _codesPerImage;
    private int _previews;
    private long _percent;
    private readonly TaskCompletionSource _end = NewSignal();
    private TaskCompletionSource _more = NewSignal();

    /// <param name="record">As it was accepted or taken up.</param>
    public GenerationLog(string id, GenerationRecord record)
    {
        var request = record.Submission!.Request;
        _first = record.Epoch * EpochNumbers;
        _steps = new int[request.Candidates];
        _codesPerImage = record.Model!.CodesPerImage;
        Status = new()
        {
            Id = id,
            Request = request,
            State = GenerationState.Queued,
            CodesDrawn = 0,
            CodesTotal = (long)request.Candidates * record.Model!.CodesPerImage,
            AcceptedAt = record.AcceptedAt,
            Retries = record.Crashes,
            Tenant = record.Submission.Tenant,
            ReplayOf = record.Submission.Replay?.GenerationId,
        };
        Append(record.Epoch == 0 ? GenerationEventKind.Queued : GenerationEventKind.Retried, Status);
    }

    private GenerationLog(GenerationStatus end, IEnumerable<GenerationEvent> events)
    {
        Status = end;
        _steps = [];
        _events.AddRange(events);
    }

    /// <summary>The log of a generation that has ended, from its record.</summary>
    public static GenerationLog Of(GenerationRecord record)
    {
        var end = record.End!;
        return new(end, record.Events.Select(mark => new GenerationEvent
        {
            Number = mark.Number,
            Kind = mark.Kind,
            Status = mark.State == end.State ? end : end with { State = mark.State, CodesDrawn = mark.CodesDrawn, Result = null, Error = null },
        }));
    }

    public GenerationStatus Status { get; private set; }

    public bool Ended => Status.State is GenerationState.Completed or GenerationState.Failed or GenerationState.Cancelled;

    /// <summary>Begins; the next event shows it.</summary>
    public void Run() => Status = Status with { State = GenerationState.Running };

    public void Append(GenerationEventKind kind) => Append(kind, Status);

    public void Append(GenerationEventKind kind, GenerationStatus status) => Append(kind, status, null);

    private void Append(GenerationEventKind kind, GenerationStatus status, GenerationPreview? preview)
    {
        Status = status;
        _events.Add(new() { Number = _first + _events.Count, Kind = kind, Status = status, Preview = preview });
        var more = _more;
        _more = NewSignal();
        more.SetResult();
        if (Ended) _end.TrySetResult();
    }

    /// <summary>This much of a candidate can be looked at. Watchers of the generation as it runs see it; it is not kept beyond the end.</summary>
    /// <param name="codes">Codes drawn, in whole rows of a square.</param>
    public void Show(int candidate, int codes, byte[] file)
    {
        int side = (int)Math.Sqrt(_codesPerImage);
        Append(GenerationEventKind.Preview, Status, new(candidate, _previews++, codes / side, _codesPerImage / side, file));
    }

    /// <summary>It waits, with so many sequences before its last one.</summary>
    public void Wait(int ahead, DateTimeOffset? expectedAt) => Status = Status with { Ahead = ahead, ExpectedAt = expectedAt };

    /// <summary>Something was lost or failed and is tried again.</summary>
    public void Retried() => Append(GenerationEventKind.Retried, Status with { Retries = Status.Retries + 1 });

    /// <summary>What is written down at the end: everything but the steps of progress.</summary>
    public IReadOnlyList<EventMark> Marks(GenerationEventKind end, GenerationStatus status) =>
    [
        .. _events.Where(e => e.Kind is not (GenerationEventKind.Sampling or GenerationEventKind.Preview)).Select(e => new EventMark(e.Number, e.Kind, e.Status.State, e.Status.CodesDrawn)),
        new(_first + _events.Count, end, status.State, status.CodesDrawn),
    ];

    /// <summary>Codes that a candidate is known to have.</summary>
    public int StepsOf(int candidate) => _steps[candidate];

    /// <summary>A candidate has so many of its codes; <paramref name="done"/> when these are all.</summary>
    public void Advance(int candidate, int step, bool done)
    {
        long drawn = Status.CodesDrawn + Math.Max(0, step - _steps[candidate]);
        _steps[candidate] = Math.Max(step, _steps[candidate]);
        Status = Status with { CodesDrawn = drawn };
        long percent = drawn * 100 / Status.CodesTotal;
        if (percent > _percent) Append(GenerationEventKind.Sampling);
        if (done) Append(GenerationEventKind.CandidateSampled);
        _percent = percent;
    }

    /// <summary>All events from a number on; ends after the one that ends the generation.</summary>
    public async IAsyncEnumerable<GenerationEvent> WatchAsync(int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (from == GenerationEvent.AfterAll)
        {
            if (!Ended) await _end.Task.WaitAsync(cancellationToken);
            yield break;
        }
        for (int next = 0; ;)
        {
            while (next < _events.Count)
            {
                var e = _events[next++];
                if (e.Number >= from) yield return e;
            }
            if (Ended) yield break;
            await _more.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
