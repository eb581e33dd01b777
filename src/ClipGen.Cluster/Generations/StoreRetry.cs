using ClipGen.Cluster.Storage;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// Tries the image store again while its errors may pass. Waits differ by a quarter from generation to generation, so that those that
/// met a store that is away do not all come back to it at once.
/// </summary>
/// <param name="seed">The generation's id.</param>
/// <param name="retried">Told of each failure that is tried again.</param>
internal sealed class StoreRetry(GenerationOptions options, string seed, TimeProvider time, Action<Exception> retried)
{
    /// <exception cref="Exception">The last error, or one that does not pass.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (attempt < options.StoreAttempts && !cancellationToken.IsCancellationRequested && Passes(e))
            {
                retried(e);
            }
            await Task.Delay(options.Wait(attempt + 1) * Jitter(attempt), time, cancellationToken);
        }
    }

    public Task RunAsync(Func<Task> work, CancellationToken cancellationToken) => RunAsync(
        async () =>
        {
            await work();
            return true;
        },
        cancellationToken);

    private static bool Passes(Exception e) => e is not ImageStoreException { IsTransient: false };

    /// <summary>0.75 to 1.25.</summary>
    private double Jitter(int attempt) => 0.75 + (GenerationId.Hash($"{seed} {attempt}") / (double)uint.MaxValue / 2);
}
