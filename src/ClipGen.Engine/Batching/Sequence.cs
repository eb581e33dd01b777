using System.Diagnostics;
using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Batching;

/// <summary>One candidate on its way: remembers what has been drawn and who waits for it.</summary>
internal sealed class Sequence
{
    private readonly TaskCompletionSource<SampledCandidate> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] codes;
    private readonly Action<int>? onStep;
    private readonly CancellationToken cancellationToken;

    /// <param name="length">Codes of a complete sequence; more than the job has been given.</param>
    public Sequence(SampleJob job, int length, Action<int>? onStep, CancellationToken cancellationToken)
    {
        (Job, this.onStep, this.cancellationToken) = (job, onStep, cancellationToken);
        codes = new int[length];
        job.Drawn?.CopyTo(codes, 0);
        Position = job.Drawn?.Length ?? 0;
    }

    public SampleJob Job { get; }

    /// <summary>The caller's span; none is default.</summary>
    public ActivityContext Span { get; } = Activity.Current?.Context ?? default;

    /// <summary>Codes drawn so far, given ones among them; the next one is drawn for this position.</summary>
    public int Position { get; private set; }

    /// <summary>The code drawn last; 0 before the first.</summary>
    public int Last => Before(Position);

    /// <summary>Whether a slot has been prepared for it.</summary>
    public bool HasSlot { get; set; }

    /// <summary>Positions of the given codes that its slot knows by now; nothing is drawn before it knows all.</summary>
    public int Filled { get; set; }

    public bool IsFilled => Filled >= (Job.Drawn?.Length ?? 0);

    public bool IsComplete => Position == codes.Length;

    public bool IsCancelled => cancellationToken.IsCancellationRequested;

    public Task<SampledCandidate> Completion => completion.Task;

    private double DeviceSeconds { get; set; }

    /// <summary>The code before a position; 0 before the first.</summary>
    public int Before(int position) => position == 0 ? 0 : codes[position - 1];

    public void Append(int code)
    {
        codes[Position++] = code;
        onStep?.Invoke(Position);
        if (Job.Glimpses is { } glimpses && glimpses.At.Contains(Position)) glimpses.Tell(codes[..Position]);
    }

    /// <param name="seconds">This sequence's share of a step.</param>
    public void Charge(double seconds)
    {
        DeviceSeconds += seconds;
        Job.Account?.Charge(seconds, steps: 1);
    }

    public void Complete() => completion.TrySetResult(new(Job.Candidate, codes, DeviceSeconds));

    public void Cancel() => completion.TrySetCanceled(cancellationToken);

    public void Fail(Exception cause) => completion.TrySetException(cause);
}
