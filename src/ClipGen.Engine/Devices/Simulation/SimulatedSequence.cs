using System.Diagnostics;

namespace ClipGen.Engine.Devices.Simulation;

/// <summary>One candidate on its way: where it stands, and who waits for it. The codes are drawn when somebody wants to see them.</summary>
internal sealed class SimulatedSequence(SampleJob job, Action<int>? onStep, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<double> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int[]? codes;
    private int shown = job.Drawn?.Length ?? 0;

    public SampleJob Job => job;

    /// <summary>The caller's span; none is default.</summary>
    public ActivityContext Span { get; } = Activity.Current?.Context ?? default;

    public bool IsWatched => onStep is not null;

    /// <summary>Codes that it does not draw itself.</summary>
    public int Given => job.Drawn?.Length ?? 0;

    /// <summary>Its place among those that wait; null once it has joined or left.</summary>
    public LinkedListNode<SimulatedSequence>? Place { get; set; }

    /// <summary>The first step it can join, and from then on the one at which it would have joined to draw its given codes itself.</summary>
    public long FirstStep { get; set; }

    /// <summary>The step before which it leaves, complete or not.</summary>
    public long LeavesBefore { get; set; } = long.MaxValue;

    /// <summary>Its shares of the steps, in seconds; while it runs, what is to be taken from the batch's sum to get them.</summary>
    public double Charged { get; set; }

    /// <summary>Ends with <see cref="Charged"/>.</summary>
    public Task<double> Completion => completion.Task;

    public void Report(int drawn)
    {
        if (!completion.Task.IsCompleted) onStep?.Invoke(drawn);
    }

    /// <summary>Tells of its codes where it has passed a number at which to tell; of several, at the last.</summary>
    public void Show(int drawn, SimulatedModel model)
    {
        if (job.Glimpses is not { } glimpses || completion.Task.IsCompleted) return;
        int at = glimpses.At.Where(codes => codes <= drawn && codes > shown).DefaultIfEmpty().Max();
        if (at == 0) return;
        shown = at;
        glimpses.Tell(Codes(model)[..at]);
    }

    /// <summary>All of its codes, whatever of them it has drawn.</summary>
    public int[] Codes(SimulatedModel model) => codes ??= model.Draw(job);

    public void Complete() => completion.TrySetResult(Charged);

    public void Cancel() => completion.TrySetCanceled(cancellationToken);

    public void Fail(Exception cause) => completion.TrySetException(cause);
}
