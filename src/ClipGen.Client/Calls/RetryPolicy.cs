namespace ClipGen.Client.Calls;

/// <summary>Tries a call again while that is worth it: after what the cluster asks for, else after exponentially longer pauses.</summary>
/// <param name="jitter">0 to 1; spreads clients that were turned away together.</param>
internal sealed class RetryPolicy(ClipGenClientOptions options, TimeProvider time, Func<double> jitter)
{
    /// <param name="timeout">For one try; null for that of the options.</param>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        for (int retries = 0; ; retries++)
        {
            ClipGenException error;
            try
            {
                return await TryAsync(attempt, timeout ?? options.CallTimeout, cancellationToken);
            }
            catch (ClipGenException e) when (PauseAfter(e, retries) is not null)
            {
                error = e;
            }
            await PauseAsync(error, retries, cancellationToken);
        }
    }

    /// <summary>Waits before another try, or says that it is not worth one.</summary>
    public async Task<bool> PauseAsync(ClipGenException error, int retries, CancellationToken cancellationToken)
    {
        if (PauseAfter(error, retries) is not { } pause) return false;
        await Task.Delay(pause, time, cancellationToken);
        return true;
    }

    /// <summary>How long to wait before another try after <paramref name="retries"/> of them; null when it is not worth one.</summary>
    private TimeSpan? PauseAfter(ClipGenException error, int retries)
    {
        if (!error.IsTransient || retries >= options.MaxRetries) return null;
        if (error.RetryAfter is { } asked) return asked <= options.MaxRetryAfter ? asked : null;
        double longest = Math.Min(options.MaxRetryDelay.TotalMilliseconds, options.RetryDelay.TotalMilliseconds * Math.Pow(2, retries));
        return TimeSpan.FromMilliseconds(longest * (1 - (jitter() / 2)));
    }

    private async Task<T> TryAsync<T>(Func<CancellationToken, Task<T>> attempt, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return await attempt(either.Token);
        }
        catch (OperationCanceledException e) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ClipGenUnavailableException($"No answer within {timeout.TotalSeconds:0.###} s.", ClientErrorCodes.Timeout, e);
        }
    }
}
