using System.Diagnostics;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// Keeps so many of one tenant's sequences in the cluster that some always wait. It begins slowly, at the pace at which the slots are
/// full after one candidate time: otherwise all slots would end together for ever after, which no real load does.
/// </summary>
internal sealed class Backlog : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly BenchCluster _cluster;
    private readonly int _stream, _candidates;
    private readonly double _share;
    private readonly string _tenant;
    private readonly GenerationPriority _priority;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _atOnce = new(64);
    private readonly Task _loop;
    private Exception? _failure;

    /// <param name="stream">Number by which the meter knows it.</param>
    /// <param name="share">Part of the slots that it should get: so many sequences run, and those for another quarter of the slots wait.</param>
    public Backlog(BenchCluster cluster, int stream, string tenant, GenerationPriority priority, int candidates, double share = 1)
    {
        (_cluster, _stream, _tenant, _priority, _candidates, _share) = (cluster, stream, tenant, priority, candidates, share);
        _loop = Task.Run(LoopAsync);
    }

    /// <exception cref="Exception">What a submission failed with.</exception>
    public void Check()
    {
        if (_failure is { } failure) throw failure;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        long began = Stopwatch.GetTimestamp();
        for (long submitted = 0; !_stop.IsCancellationRequested;)
        {
            double begun = Stopwatch.GetElapsedTime(began).TotalSeconds / _cluster.CandidateTime;
            double wanted = begun < 1 ? begun * _share * _cluster.Slots : (_share + 0.25) * _cluster.Slots + 4 * _candidates;
            while (submitted * _candidates - _cluster.Meter.Of(_stream) < wanted && !_stop.IsCancellationRequested)
            {
                await _atOnce.WaitAsync();
                _ = SubmitAsync(SampleMeter.Seed(_stream, submitted++));
            }
            await Task.Delay(Look);
        }
    }

    private async Task SubmitAsync(ulong seed)
    {
        try
        {
            await _cluster.SubmitAsync(seed, _candidates, _tenant, _priority);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            _failure = e;
            await _stop.CancelAsync();
        }
        catch (Exception)
        {
            // The measurement is over.
        }
        finally
        {
            _atOnce.Release();
        }
    }
}
