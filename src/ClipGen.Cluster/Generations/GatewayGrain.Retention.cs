namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    /// <summary>Generations that are removed in one go, and of them at the same time.</summary>
    private const int RemovedInOneGo = 1024, RemovedAtOnce = 16;

    private static readonly TimeSpan MostBetweenRemovals = TimeSpan.FromMinutes(1), BeforeMore = TimeSpan.FromSeconds(1);

    private bool _removing;
    private DateTimeOffset _removeAt;

    /// <summary>A minute, or less where nothing is kept for long: what is due waits a hundredth of its time at most.</summary>
    private TimeSpan BetweenRemovals => TimeSpan.FromTicks(Math.Clamp(generations.Value.Retention.Ticks / 100, BeforeMore.Ticks, MostBetweenRemovals.Ticks));

    private IFinishedBucketsGrain Buckets => GrainFactory.GetGrain<IFinishedBucketsGrain>(Model);

    /// <summary>Removes generations that have been kept long enough, the oldest first.</summary>
    private async Task RemoveOldAsync()
    {
        var now = time.GetUtcNow();
        if (_removing || now < _removeAt) return;
        _removing = true;
        int rest = RemovedInOneGo;
        try
        {
            var endedBefore = now - generations.Value.Retention;
            foreach (long start in await Buckets.ListAsync())
            {
                if (rest <= 0 || DateTimeOffset.FromUnixTimeSeconds(start) > endedBefore || _leaving) break;
                rest = await RemoveBucketAsync(start, endedBefore, rest);
            }
        }
        catch (Exception e)
        {
            var level = LevelOf(e);
            LogNotRemoved(level, e, Model);
        }
        finally
        {
            _removing = false;
            _removeAt = now + (rest > 0 ? BetweenRemovals : BeforeMore);
        }
    }

    /// <returns>How many may still be removed in this go.</returns>
    private async Task<int> RemoveBucketAsync(long start, DateTimeOffset endedBefore, int rest)
    {
        bool empty = true;
        for (int shard = 0; shard < FinishedBucket.Shards && rest > 0; shard++)
        {
            var index = GrainFactory.GetGrain<IFinishedIndexGrain>(FinishedBucket.Key(Model, start, shard));
            if (await index.ListAsync(endedBefore, rest) is not { } ids)
            {
                empty = false;   // some of it is not due yet
                continue;
            }
            if (ids.Count == 0) continue;
            var gone = new List<string>();
            foreach (var some in ids.Chunk(RemovedAtOnce))
            {
                bool[] removed = await Task.WhenAll(some.Select(id => ForgetAsync(id, endedBefore)));
                gone.AddRange(some.Where((_, i) => removed[i]));
            }
            await index.RemoveAsync(gone);
            rest -= ids.Count;
            empty &= gone.Count == ids.Count;
        }
        // Something may be on its way into one that is empty: it has been seen to that the bucket is listed, and not again since.
        if (empty && rest > 0 && FinishedBucket.IsClosed(start, generations.Value.Retention, time.GetUtcNow())) await Buckets.RemoveAsync(start);
        return rest;
    }

    /// <summary>False for one that could not be removed and is tried again with the next sweep.</summary>
    private async Task<bool> ForgetAsync(string id, DateTimeOffset endedBefore)
    {
        try
        {
            // One that has been begun again since is in a later bucket, too, or will be at its end.
            await GrainFactory.GetGrain<IGenerationGrain>(id).ForgetAsync(generations.Value.RemoveImages, endedBefore);
            return true;
        }
        catch (Exception e)
        {
            var level = LevelOf(e);
            LogNotForgotten(level, e, id);
            return false;
        }
    }
}
