using System.Runtime.CompilerServices;

namespace ClipGen.Gateway.Generations;

/// <summary>Watches generations over the loss of the silo that has them.</summary>
internal sealed class GenerationWatch(IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromMilliseconds(300), Patience = TimeSpan.FromMinutes(1);

    /// <summary>All events from a number on, to the one that ends it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such generation.</exception>
    public async IAsyncEnumerable<GenerationEvent> WatchAsync(string id, int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long heard = time.GetTimestamp(); ;)
        {
            var events = grains.GetGrain<IGenerationGrain>(id).WatchAsync(from, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
            try
            {
                while (true)
                {
                    try
                    {
                        if (!await events.MoveNextAsync()) yield break;
                    }
                    catch (OperationCanceledException) when (from == 0 && cancellationToken.IsCancellationRequested)
                    {
                        // Who turned away before the first event, which is always there, may not have been seen at all.
                        await LeaveAsync(id);
                        throw;
                    }
                    catch (Exception e) when (e is not KeyNotFoundException && !cancellationToken.IsCancellationRequested && time.GetElapsedTime(heard) < Patience)
                    {
                        break;   // its silo is gone, or stops: another one has it soon
                    }
                    heard = time.GetTimestamp();
                    from = events.Current.Number + 1;
                    yield return events.Current;
                    if (HasEnded(events.Current.Status)) yield break;
                }
            }
            finally
            {
                await CloseAsync(events);
            }
            await Task.Delay(BeforeAgain, time, cancellationToken);
        }
    }

    /// <summary>The generation as it is at its end. What happens before costs nothing: most of the messages of a small request would be its events.</summary>
    /// <exception cref="KeyNotFoundException">There is no such generation.</exception>
    public async Task<GenerationStatus> EndAsync(string id, CancellationToken cancellationToken)
    {
        var generation = grains.GetGrain<IGenerationGrain>(id);
        for (long? lost = null; ;)
        {
            try
            {
                var status = await generation.GetStatusAsync().WaitAsync(cancellationToken);
                if (HasEnded(status)) return status;
                lost = null;
                await foreach (var _ in generation.WatchAsync(GenerationEvent.AfterAll, cancellationToken)) { }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                // Who turned away may not have been seen at all.
                await LeaveAsync(id);
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception e) when (e is not KeyNotFoundException && time.GetElapsedTime(lost ??= time.GetTimestamp()) < Patience)
            {
                // Its silo is gone, or stops: another one has it soon.
                await Task.Delay(BeforeAgain, time, CancellationToken.None);
            }
        }
    }

    /// <summary>Looks at it and leaves: what ends with its last watcher ends, unless it has others or one comes soon.</summary>
    public async Task LeaveAsync(string id)
    {
        await foreach (var _ in grains.GetGrain<IGenerationGrain>(id).WatchAsync(0, CancellationToken.None)) return;
    }

    public static bool HasEnded(GenerationStatus status) => status.State is GenerationState.Completed or GenerationState.Failed or GenerationState.Cancelled;

    private static async Task CloseAsync(IAsyncEnumerator<GenerationEvent> events)
    {
        try
        {
            await events.DisposeAsync();
        }
        catch (Exception)
        {
            // Whoever was to be told is gone.
        }
    }
}
