using System.Runtime.CompilerServices;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// What has happened to one generation, numbered from 0, for any number of watchers.
/// Every event is kept. What bounds them: a <see cref="GenerationEventKind.Sampling"/> event is made only when another whole
/// percent of all codes has been drawn, so there are at most 100 of those, and one event per candidate and per kept image.
/// Not thread-safe: lives in a grain.
/// </summary>
internal sealed class GenerationLog
{
    private readonly List<GenerationEvent> _events = [];
    private readonly int[] _steps;
    private long _percent;
    private TaskCompletionSource _more = NewSignal();

    public GenerationLog(string id, GenerationRequest request, int codesPerImage)
    {
        _steps = new int[request.Candidates];
        Status = new()
        {
            Id = id,
            Request = request,
            State = GenerationState.Queued,
            CodesDrawn = 0,
            CodesTotal = (long)request.Candidates * codesPerImage,
        };
        Append(GenerationEventKind.Queued, Status);
    }

    public GenerationStatus Status { get; private set; }

    public bool Ended => Status.State is GenerationState.Completed or GenerationState.Failed or GenerationState.Cancelled;

    /// <summary>Begins; the next event shows it.</summary>
    public void Run() => Status = Status with { State = GenerationState.Running };

    public void Append(GenerationEventKind kind) => Append(kind, Status);

    public void Append(GenerationEventKind kind, GenerationStatus status)
    {
        Status = status;
        _events.Add(new() { Number = _events.Count, Kind = kind, Status = status });
        var more = _more;
        _more = NewSignal();
        more.SetResult();
    }

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
        for (int next = from; ;)
        {
            while (next < _events.Count) yield return _events[next++];
            if (Ended) yield break;
            await _more.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
