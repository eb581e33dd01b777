namespace ClipGen.Silo.Sampling;

/// <summary>
/// What a device has to say: to generations, their candidates' progress and codes, the codes drawn so far among it; to the gateway, the slots that are or will at once be free again.
/// What comes within a few milliseconds goes in one message; codes are sent again until they arrive, progress is not. A candidate's codes go with the next
/// progress while others of its generation are drawn here, too: nobody can use them before those. Progress takes at
/// most <see cref="ProgressLettersASecond"/>: a device with sequences of many generations tells each of them less often, for otherwise
/// progress bars would be most of a large cluster's traffic.
/// </summary>
internal sealed class SampleOutbox : IAsyncDisposable
{
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(2), BetweenProgress = TimeSpan.FromMilliseconds(250);
    private const int ProgressLettersASecond = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), BeforeAgain = TimeSpan.FromMilliseconds(300);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<int, News>> _letters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);   // generations whose letters cannot wait for the next progress
    private readonly List<(string Generation, int Candidate)> _freed = [], _leaving = [];
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _device, _kind;
    private readonly string _model;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly Func<double> _secondsPerCandidate;
    private readonly Task _loop;
    private long _progressAt;
    private TimeSpan _betweenProgress = BetweenProgress;
    private bool _urgent, _any, _slots;
    private int _underWay;

    public SampleOutbox(string device, string kind, string model, IGrainFactory grains, TimeProvider time, Func<double> secondsPerCandidate)
    {
        (_device, _kind, _model, _grains, _time, _secondsPerCandidate) = (device, kind, model, grains, time, secondsPerCandidate);
        // It outlives the call that happens to make it, and must not carry that call's trace along.
        using (ExecutionContext.SuppressFlow()) _loop = Task.Run(LoopAsync);
    }

    /// <summary>A candidate has so many codes.</summary>
    public void Step(string generation, int candidate, int step)
    {
        lock (_gate)
        {
            if (NewsOf(generation, candidate) is { Last: null } news) news.Step = step;
            if (_any) return;
            _any = true;
        }
        Wake();
    }

    /// <summary>A candidate has these codes. They are kept for the next message to its generation, of which there are only so many.</summary>
    public void Checkpoint(string generation, int candidate, byte[] codes)
    {
        lock (_gate)
        {
            if (NewsOf(generation, candidate) is { Last: null } news) news.Checkpoint = codes;
            if (_any) return;
            _any = true;
        }
        Wake();
    }

    /// <summary>A candidate has these codes, in whole rows, and somebody wants to see them.</summary>
    public void Drawn(string generation, int candidate, byte[] codes)
    {
        lock (_gate)
        {
            if (NewsOf(generation, candidate) is { Last: null } news) (news.Step, news.Drawn) = (codes.Length / sizeof(int), codes);
            _awaited.Add(generation);
            _urgent = _any = true;
        }
        Wake();
    }

    /// <summary>A candidate is about to leave its slot.</summary>
    public void Leaving(string generation, int candidate)
    {
        lock (_gate)
        {
            _leaving.Add((generation, candidate));
            _slots = _urgent = _any = true;
        }
        Wake();
    }

    /// <summary>A candidate has left its slot; its generation hears the last of it, unless that is null.</summary>
    /// <param name="announced">The gateway has been told that it is about to leave, and has given its slot to another; that it has left may wait.</param>
    /// <param name="more">Others of its generation are drawn here; its codes may wait for theirs.</param>
    public void Ended(string generation, int candidate, SampleProgress? last, bool announced = false, bool more = false)
    {
        bool wake;
        lock (_gate)
        {
            _freed.Add((generation, candidate));
            _slots |= !announced;
            if (last is not null) NewsOf(generation, candidate).Last = last;
            else if (_letters.TryGetValue(generation, out var letter)) letter.Remove(candidate);
            bool awaited = last is not null && !(more && last.Codes is not null);
            if (awaited) _awaited.Add(generation);
            _urgent |= awaited || !announced;
            wake = _urgent || !_any;
            _any = true;
        }
        if (wake) Wake();
    }

    /// <summary>Returns when everything has been sent, or given up.</summary>
    public async Task FlushAsync()
    {
        Send(all: true);
        while (Volatile.Read(ref _underWay) > 0) await Task.Delay(Together);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _news.Dispose();
    }

    private News NewsOf(string generation, int candidate)
    {
        if (!_letters.TryGetValue(generation, out var letter)) _letters.Add(generation, letter = []);
        if (!letter.TryGetValue(candidate, out var news)) letter.Add(candidate, news = new(candidate));
        return news;
    }

    private void Wake()
    {
        try
        {
            if (_news.CurrentCount == 0) _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another has just done so.
        }
        catch (ObjectDisposedException)
        {
            // Nobody is told any more.
        }
    }

    private async Task LoopAsync()
    {
        try
        {
            while (true)
            {
                await _news.WaitAsync(_stop.Token);
                bool urgent;
                lock (_gate) urgent = _urgent;
                var rest = _betweenProgress - _time.GetElapsedTime(_progressAt);
                if (urgent || rest <= TimeSpan.Zero)
                {
                    await Task.Delay(Together, _stop.Token);
                    Send(all: rest <= TimeSpan.Zero);
                }
                else
                {
                    // Progress can wait; an ended sequence cuts the wait short.
                    if (await _news.WaitAsync(rest, _stop.Token)) Wake();
                    else Send(all: true);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <param name="all">Progress as well, not only what has ended.</param>
    private void Send(bool all)
    {
        List<(string Generation, SampleProgress[] Progress)> letters = [];
        SequenceGroup[] freed = [], leaving = [];
        bool rest;
        lock (_gate)
        {
            foreach (var (generation, letter) in _letters)
            {
                if (!all && !_awaited.Contains(generation)) continue;
                letters.Add((generation, [.. letter.Values.Select(news => news.Progress)]));
            }
            foreach (var (generation, _) in letters) _letters.Remove(generation);
            _awaited.Clear();
            if (all || _slots)
            {
                (freed, leaving) = (SequenceGroup.Of(_freed), SequenceGroup.Of(_leaving));
                _freed.Clear();
                _leaving.Clear();
            }
            _urgent = _slots = false;
            rest = _any = _letters.Count > 0 || _freed.Count > 0;
            if (all)
            {
                var budget = TimeSpan.FromSeconds(letters.Count / (double)ProgressLettersASecond);
                (_progressAt, _betweenProgress) = (_time.GetTimestamp(), budget > BetweenProgress ? budget : BetweenProgress);
            }
        }
        if (rest) Wake();   // progress that may wait: nothing else would remind of it
        if (freed.Length + leaving.Length > 0) _ = TrackAsync(() => _grains.GetGrain<IGatewayGrain>(_model).FreedAsync(new(_device, freed, _secondsPerCandidate(), leaving)), lasting: false);
        foreach (var (generation, progress) in letters)
        {
            if (progress.Length > 0) _ = TrackAsync(() => _grains.GetGrain<IGenerationGrain>(generation).ReportAsync(new(_device, progress, _kind)), lasting: progress.Any(IsFinal));
        }
    }

    private static bool IsFinal(SampleProgress progress) => progress.Codes is not null || progress.Error is not null || progress.HandedBack;

    private async Task TrackAsync(Func<Task> send, bool lasting)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            for (long began = _time.GetTimestamp(); ;)
            {
                try
                {
                    await send();
                    return;
                }
                catch (Exception e) when (lasting && e is OrleansException or TimeoutException && _time.GetElapsedTime(began) < Patience && !_stop.IsCancellationRequested)
                {
                    await Task.Delay(BeforeAgain, _time);
                }
                catch (Exception)
                {
                    // Freed slots show in the next report; a generation asks again for what it misses.
                    return;
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>What is to be told of a candidate. It is changed in place: each step of each sequence comes by here, on the device's own thread.</summary>
    private sealed class News(int candidate)
    {
        public int Step { get; set; }

        public byte[]? Drawn { get; set; }

        public byte[]? Checkpoint { get; set; }

        /// <summary>The last of it, which says all; nothing is told after that.</summary>
        public SampleProgress? Last { get; set; }

        public SampleProgress Progress => Last ?? new(candidate, Step, Codes: null, DeviceSeconds: 0, Drawn: Drawn, Checkpoint: Checkpoint);
    }
}
