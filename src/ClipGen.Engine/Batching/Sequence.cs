using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Batching;

/// <summary>One candidate on its way: remembers what has been drawn and who waits for it.</summary>
internal sealed class Sequence(SampleJob job, int length, Action<int>? onStep, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<SampledCandidate> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] codes = new int[length];

    public SampleJob Job => job;

    /// <summary>Codes drawn so far; the next one is drawn for this position.</summary>
    public int Position { get; private set; }

    /// <summary>The code drawn last; 0 before the first.</summary>
    public int Last => Position == 0 ? 0 : codes[Position - 1];

    public bool IsComplete => Position == codes.Length;

    public bool IsCancelled => cancellationToken.IsCancellationRequested;

    public Task<SampledCandidate> Completion => completion.Task;

    private double DeviceSeconds { get; set; }

    public void Append(int code)
    {
        codes[Position++] = code;
        onStep?.Invoke(Position);
        if (job.Glimpses is { } glimpses && glimpses.At.Contains(Position)) glimpses.Tell(codes[..Position]);
    }

    /// <param name="seconds">This sequence's share of a step.</param>
    public void Charge(double seconds) => DeviceSeconds += seconds;

    public void Complete() => completion.TrySetResult(new(job.Candidate, codes, DeviceSeconds));

    public void Cancel() => completion.TrySetCanceled(cancellationToken);

    public void Fail(Exception cause) => completion.TrySetException(cause);
}
