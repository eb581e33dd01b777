namespace ClipGen.Cluster.Generations;

/// <summary>Which candidates of a generation have their codes, and what went wrong with the others. Not thread-safe: lives in a grain.</summary>
internal sealed class CandidateBoard(int candidates, int maxAttempts)
{
    private readonly CandidateCodes?[] _codes = new CandidateCodes?[candidates];
    private readonly int[] _attempts = new int[candidates];
    private readonly SortedSet<string> _failing = new(StringComparer.Ordinal);
    private TaskCompletionSource _news = NewSignal();
    private int _done;

    /// <summary>Candidates without codes, in order.</summary>
    /// <exception cref="Exception">What has ended the generation, see <see cref="Fail"/>.</exception>
    public IReadOnlyList<int> Missing => _failure is null ? [.. Enumerable.Range(0, _codes.Length).Where(i => _codes[i] is null)] : throw _failure;

    public IReadOnlyList<CandidateCodes> Codes => [.. _codes.Select(c => c!)];

    /// <summary>The try that comes next, from 1.</summary>
    public int Attempt => _attempts.Max() + 1;

    /// <summary>Devices that have failed it or were lost with it.</summary>
    public IReadOnlyList<string> Failing => [.. _failing];

    private Exception? _failure;

    /// <summary>Takes codes, once; false for news of a candidate that has them.</summary>
    public bool Advance(SampleProgress progress)
    {
        if (_codes[progress.Candidate] is not null) return false;
        if (progress.Codes is null) return true;
        _codes[progress.Candidate] = new(progress.Candidate, progress.Codes);
        if (++_done == _codes.Length) AskAgain();
        return true;
    }

    /// <summary>A device gave up on a candidate; false if it has its codes from elsewhere.</summary>
    public bool Failed(int candidate, string device, string error)
    {
        if (_codes[candidate] is not null) return false;
        _failing.Add(device);
        if (++_attempts[candidate] >= maxAttempts) Fail(new StageFailedException(error));
        return true;
    }

    /// <summary>Whether one of these has no codes yet.</summary>
    public bool Misses(IReadOnlyList<int> candidates) => candidates.Any(c => _codes[c] is null);

    /// <summary>A device was lost with some of them: others are to draw them, if there are others.</summary>
    public void Avoid(string device) => _failing.Add(device);

    /// <summary>Ends the wait for codes with an error.</summary>
    public void Fail(Exception failure)
    {
        _failure ??= failure;
        AskAgain();
    }

    /// <summary>Ends the current wait: there is something to do.</summary>
    public void AskAgain() => _news.TrySetResult();

    /// <summary>Until there is something to do, or so long.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await _news.Task.WaitAsync(longest, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nothing new: that is what the limit is for.
        }
        if (_news.Task.IsCompleted) _news = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
