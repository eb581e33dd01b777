using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>
/// Plays a mix on an engine. Whatever happens in it happens on the engine's own thread after a given number of codes, so that
/// a mix is played the same way every time.
/// </summary>
internal sealed class MixPlayer : IDisposable
{
    private readonly object gate = new();
    private readonly Queue<(int Time, Action Act)> events;
    private readonly List<CancellationTokenSource> cancellations = [];
    private readonly List<Task> running = [];
    private readonly List<MixOutcome> outcomes = [];
    private int drawn;

    public MixPlayer(DeviceEngine engine, Mix mix, CancellationToken stop)
    {
        var planned = new List<(int Time, Action Act)>();
        foreach (var request in mix.Requests)
        {
            var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stop);
            cancellations.Add(cancellation);
            foreach (var job in request.Jobs)
            {
                var outcome = new MixOutcome(request, job);
                outcomes.Add(outcome);
                planned.Add((request.JoinAt, () => running.Add(RunAsync(engine, outcome, cancellation.Token))));
            }
            if (request.CancelAt is { } time) planned.Add((time, cancellation.Cancel));
        }
        events = new(planned.OrderBy(planned => planned.Time)); // stable: a request joins before it is cancelled
    }

    public async Task<IReadOnlyList<MixOutcome>> PlayAsync()
    {
        while (true)
        {
            Task[] open;
            lock (gate)
            {
                open = [.. running.Where(task => !task.IsCompletedSuccessfully)];
                // An idle engine draws nothing and so never comes to the next time. Only one event: what else is due follows its first code.
                if (open.Length == 0)
                {
                    if (!events.TryDequeue(out var next)) return outcomes;
                    next.Act();
                }
            }
            await Task.WhenAll(open);
        }
    }

    public void Dispose()
    {
        foreach (var cancellation in cancellations) cancellation.Dispose();
    }

    private async Task RunAsync(DeviceEngine engine, MixOutcome outcome, CancellationToken cancellationToken)
    {
        try
        {
            outcome.Codes = (await engine.SampleAsync(outcome.Job, position => OnStep(outcome, position), cancellationToken)).Codes;
        }
        catch (OperationCanceledException) when (outcome.Request.CancelAt is not null)
        {
        }
    }

    private void OnStep(MixOutcome outcome, int position)
    {
        outcome.Drawn = position;
        lock (gate)
        {
            drawn++;
            while (events.TryPeek(out var next) && next.Time <= drawn) events.Dequeue().Act();
        }
    }
}

/// <summary>How a candidate ended.</summary>
internal sealed record MixOutcome(MixRequest Request, SampleJob Job)
{
    /// <summary>Null if it was cancelled.</summary>
    public int[]? Codes { get; set; }

    /// <summary>Codes drawn before it ended.</summary>
    public int Drawn { get; set; }
}
