using ClipGen.Engine.Devices;
using ClipGen.Engine.Telemetry;

namespace ClipGen.Engine.Tests.Devices;

public sealed class DeviceThreadTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly List<string> log = [];
    private readonly ManualResetEventSlim released = new();
    private readonly DeviceTime time = new(TimeProvider.System);
    private CpuLending? lending;
    private int steps;
    private int beside;   // pieces that run beside the step
    private int stepsLeft;
    private Func<IDisposable>? enter;
    private Action? onStep;
    private DeviceThread? thread;

    [Fact]
    public async Task Jobs_run_on_one_thread_in_the_order_they_came()
    {
        var sut = CreateSut();
        var jobs = Enumerable.Range(0, 50).Select(i => sut.RunAsync(() => (i, Environment.CurrentManagedThreadId, Thread.CurrentThread.Name, Add($"{i}")), Stop)).ToArray();

        var results = await Task.WhenAll(jobs);

        Assert.Equal(Enumerable.Range(0, 50), results.Select(r => r.i));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), log);
        Assert.Single(results.Select(r => r.CurrentManagedThreadId).Distinct());
        Assert.All(results, r => Assert.Equal("device under test", r.Name));
    }

    [Fact]
    public async Task Pieces_and_steps_take_turns()
    {
        stepsLeft = 5;
        onStep = () => Add("step");
        var sut = CreateSut();
        var gate = Hold(sut);
        var pieces = Enumerable.Range(0, 3).Select(i => sut.RunPieceAsync(() => Add($"piece {i}"), Stop)).ToArray();
        released.Set();
        await Task.WhenAll([gate, .. pieces]);
        await sut.DisposeAsync();

        Assert.Equal(["held", "step", "piece 0", "step", "piece 1", "step", "piece 2"], log[..7]);
    }

    /// <summary>So that sequences which come together begin together, and a step has all of them.</summary>
    [Fact]
    public async Task All_jobs_that_have_come_are_done_before_a_step_and_before_a_piece()
    {
        stepsLeft = 5;
        onStep = () => Add("step");
        var sut = CreateSut();
        var gate = Hold(sut);
        var piece = sut.RunPieceAsync(() => Add("piece"), Stop);
        var jobs = Enumerable.Range(0, 3).Select(i => sut.RunAsync(() => Add($"job {i}"), Stop)).ToArray();
        released.Set();
        await Task.WhenAll([gate, piece, .. jobs]);
        await sut.DisposeAsync();

        Assert.Equal(["held", "step", "job 0", "job 1", "job 2", "piece", "step"], log[..7]);
    }

    [Fact]
    public async Task A_jobs_exception_reaches_its_caller_and_no_one_else()
    {
        var sut = CreateSut();
        var gate = Hold(sut);
        var broken = sut.RunAsync<int>(() => throw new ArithmeticException("mine"), Stop);
        var sound = sut.RunAsync(() => 7, Stop);
        released.Set();
        await gate;

        Assert.Equal("mine", (await Assert.ThrowsAsync<ArithmeticException>(() => broken)).Message);
        Assert.Equal(7, await sound);
        Assert.Equal(8, await sut.RunAsync(() => 8, Stop));
    }

    [Fact]
    public async Task A_job_that_was_cancelled_while_it_waited_does_not_run()
    {
        var sut = CreateSut();
        using var cancellation = new CancellationTokenSource();
        var gate = Hold(sut);
        var job = sut.RunAsync(() => Add("ran"), cancellation.Token);
        await cancellation.CancelAsync();
        released.Set();
        await gate;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job);
        Assert.DoesNotContain("ran", log);
    }

    [Fact]
    public async Task More_jobs_than_may_wait_are_refused()
    {
        var sut = CreateSut(maxJobs: 2);
        var gate = Hold(sut);
        var first = sut.RunAsync(() => 1, Stop);
        var second = sut.RunAsync(() => 2, Stop);

        await Assert.ThrowsAsync<EngineBusyException>(() => sut.RunAsync(() => 3, Stop));
        released.Set();
        await gate;
        Assert.Equal(new[] { 1, 2 }, await Task.WhenAll(first, second));
        Assert.Equal(4, await sut.RunAsync(() => 4, Stop));
    }

    /// <summary>The thread steps once after each job and then waits for the next one: a hundred jobs at once or one by one make no more steps.</summary>
    [Fact]
    public async Task An_idle_thread_sleeps()
    {
        var sut = CreateSut();
        var gate = Hold(sut);
        var burst = Enumerable.Range(0, 100).Select(i => sut.RunAsync(() => i, Stop)).ToArray();
        released.Set();
        await Task.WhenAll([gate, .. burst]);
        for (int i = 0; i < 100; i++) await sut.RunAsync(() => i, Stop);
        await sut.DisposeAsync();

        Assert.InRange(steps, 0, 201);
    }

    [Fact]
    public async Task Steps_go_on_without_jobs_for_as_long_as_there_are_any()
    {
        var sut = CreateSut();
        var done = new TaskCompletionSource();
        onStep = () => { if (stepsLeft == 0) done.SetResult(); };

        await sut.RunAsync(() => stepsLeft = 1000, Stop);

        await done.Task.WaitAsync(Patience, Stop);
    }

    [Fact]
    public async Task Disposing_fails_the_jobs_that_wait_and_all_later_calls()
    {
        bool left = false;
        enter = () => new Leaving(() => left = true);
        var sut = CreateSut();
        var gate = Hold(sut);
        var waiting = sut.RunAsync(() => Add("ran"), Stop);

        var disposing = sut.DisposeAsync().AsTask();
        released.Set();
        await disposing.WaitAsync(Patience, Stop);

        Assert.True(left);
        await gate;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Patience, Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sut.RunAsync(() => 1, Stop));
        Assert.DoesNotContain("ran", log);
    }

    [Fact]
    public async Task Disposing_ends_endless_steps()
    {
        stepsLeft = int.MaxValue;
        var sut = CreateSut();
        await sut.RunAsync(() => 1, Stop);

        await sut.DisposeAsync().AsTask().WaitAsync(Patience, Stop);
    }

    [Fact]
    public async Task Disposing_twice_is_harmless()
    {
        var sut = CreateSut();

        await sut.DisposeAsync();
        await sut.DisposeAsync();
    }

    /// <summary>No libtorch, no device: what went wrong must not be hidden behind "stopped".</summary>
    [Fact]
    public async Task A_thread_that_cannot_begin_says_why()
    {
        enter = () => throw new DllNotFoundException("libtorch is not here");
        var sut = CreateSut();

        var thrown = await Assert.ThrowsAsync<ObjectDisposedException>(async () => await sut.RunAsync(() => 1, Stop).WaitAsync(Patience, Stop));

        Assert.Contains("libtorch is not here", thrown.Message, StringComparison.Ordinal);
        Assert.IsType<DllNotFoundException>(thrown.InnerException);
    }

    [Fact]
    public async Task A_thread_whose_step_fails_fails_its_callers_and_ends()
    {
        onStep = () => throw new ArithmeticException("broken scheduler");
        var sut = CreateSut();
        var gate = Hold(sut);
        var waiting = sut.RunAsync(() => 1, Stop);
        released.Set();
        await gate;

        var thrown = await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Patience, Stop));
        Assert.Contains("broken scheduler", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_lending_pieces_are_jobs()
    {
        var sut = CreateSut();
        int own = await sut.RunAsync(() => Environment.CurrentManagedThreadId, Stop);

        var (piece, seconds) = await sut.RunPieceAsync(() => Environment.CurrentManagedThreadId, Stop);

        Assert.Equal(own, piece);
        Assert.InRange(seconds, 1e-9, 60);
    }

    /// <summary>Each piece waits for the other, and both for ten steps: they can only end if all go on at once.</summary>
    [Fact]
    public async Task Pieces_run_beside_each_other_and_beside_the_steps()
    {
        lending = new(Most: 2, Beside: () => 2, NothingToEnter);
        stepsLeft = int.MaxValue;
        using var met = new Barrier(2);
        using var tenSteps = new CountdownEvent(10);
        onStep = () => Count(tenSteps, beside == 2);
        var sut = CreateSut();
        int own = await sut.RunAsync(() => Environment.CurrentManagedThreadId, Stop);

        var pieces = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => sut.RunPieceAsync(() =>
        {
            Assert.True(met.SignalAndWait(Patience) && tenSteps.Wait(Patience));
            return (Id: Environment.CurrentManagedThreadId, Thread.CurrentThread.Name);
        }, Stop)));

        Assert.DoesNotContain(own, pieces.Select(piece => piece.Result.Id));
        Assert.All(pieces, piece => Assert.Equal("device under test beside", piece.Result.Name));
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 1)]
    public async Task No_more_pieces_run_at_once_than_there_is_room_for(bool sampling, int room)
    {
        lending = new(Most: 3, Beside: () => 1, NothingToEnter);
        stepsLeft = sampling ? int.MaxValue : 0;
        using var tenSteps = new CountdownEvent(sampling ? 10 : 0);
        using var full = new CountdownEvent(room);
        onStep = () => Count(tenSteps, beside == room);
        var sut = CreateSut();
        await sut.RunAsync(() => 0, Stop);
        int running = 0;

        var pieces = Enumerable.Range(0, 5).Select(_ => sut.RunPieceAsync(() =>
        {
            int now = Interlocked.Increment(ref running);
            Count(full, true);
            Assert.True(released.Wait(Patience));
            Interlocked.Decrement(ref running);
            return now;
        }, Stop)).ToArray();
        Assert.True(full.Wait(Patience, Stop) && tenSteps.Wait(Patience, Stop));
        released.Set();

        Assert.Equal(room, (await Task.WhenAll(pieces)).Max(piece => piece.Result));
    }

    /// <summary>Steps that draw faster than images can be decoded would let requests wait ever longer.</summary>
    [Fact]
    public async Task While_too_many_pieces_wait_there_is_one_step_for_each_that_ends()
    {
        lending = new(Most: 2, Beside: () => 1, NothingToEnter);
        stepsLeft = int.MaxValue;
        int stillBehind = 10 - lending.Most - lending.Behind, done = 0;   // so many of 10 may end, and too many wait nevertheless
        using var turns = new SemaphoreSlim(0);
        using var stepped = new SemaphoreSlim(0);
        onStep = () =>
        {
            int ended = Volatile.Read(ref done);
            if (ended <= stillBehind) Assert.InRange(steps, 1, 1 + ended);
            stepped.Release();
        };
        var sut = CreateSut();
        var gate = Hold(sut);
        var pieces = Enumerable.Range(0, 10).Select(_ => sut.RunPieceAsync(() => turns.Wait(Patience) && Interlocked.Increment(ref done) > 0, Stop)).ToArray();
        released.Set();
        await gate;

        Assert.True(await stepped.WaitAsync(Patience, Stop));   // after the job
        for (int i = 0; i < stillBehind; i++)
        {
            turns.Release();
            Assert.True(await stepped.WaitAsync(Patience, Stop));
        }
        turns.Release(pieces.Length);

        Assert.All(await Task.WhenAll(pieces), piece => Assert.True(piece.Result));
        for (int i = 0; i < 100; i++) Assert.True(await stepped.WaitAsync(Patience, Stop));
    }

    [Fact]
    public async Task A_pieces_exception_reaches_its_caller_and_no_one_else()
    {
        lending = new(Most: 2, Beside: () => 1, NothingToEnter);
        var sut = CreateSut();

        var broken = sut.RunPieceAsync<int>(() => throw new ArithmeticException("mine"), Stop);

        Assert.Equal("mine", (await Assert.ThrowsAsync<ArithmeticException>(() => broken)).Message);
        Assert.Equal(7, (await sut.RunPieceAsync(() => 7, Stop)).Result);
    }

    [Fact]
    public async Task A_piece_whose_thread_cannot_be_prepared_fails()
    {
        lending = new(Most: 2, Beside: () => 1, () => throw new DllNotFoundException("libtorch is not here"));
        var sut = CreateSut();

        await Assert.ThrowsAsync<DllNotFoundException>(() => sut.RunPieceAsync(() => 7, Stop).WaitAsync(Patience, Stop));
        Assert.Equal(8, await sut.RunAsync(() => 8, Stop));
    }

    [Fact]
    public async Task Disposing_waits_for_the_pieces_that_run_before_it_takes_the_networks_away_and_fails_those_that_wait()
    {
        bool left = false, leftMeanwhile = false;
        lending = new(Most: 1, Beside: () => 1, NothingToEnter);
        enter = () => new Leaving(() => left = true);
        var sut = CreateSut();
        using var inside = new ManualResetEventSlim();
        var running = sut.RunPieceAsync(() =>
        {
            inside.Set();
            Assert.True(released.Wait(Patience));
            leftMeanwhile = left;
            return 1;
        }, Stop);
        Assert.True(inside.Wait(Patience, Stop));
        var waiting = sut.RunPieceAsync(() => Add("ran"), Stop);

        var disposing = sut.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        released.Set();
        await disposing.WaitAsync(Patience, Stop);

        Assert.Equal((true, false), (left, leftMeanwhile));
        Assert.Equal(1, (await running).Result);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Patience, Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sut.RunPieceAsync(() => 1, Stop));
        Assert.DoesNotContain("ran", log);
    }

    public async ValueTask DisposeAsync()
    {
        released.Set();
        if (thread is not null) await thread.DisposeAsync();
        released.Dispose();
    }

    private DeviceThread CreateSut(int maxJobs = 1000) => thread = new("device under test", maxJobs, time, lending, enter ?? NothingToEnter, pieces =>
    {
        steps++;
        beside = pieces;
        if (stepsLeft > 0) stepsLeft--;
        onStep?.Invoke();
        return stepsLeft > 0;
    });

    /// <summary>Keeps the thread inside a job until <see cref="released"/>; returns once it is there.</summary>
    private Task<bool> Hold(DeviceThread sut)
    {
        using var inside = new ManualResetEventSlim();
        var job = sut.RunAsync(() =>
        {
            Add("held");
            inside.Set();
            return released.Wait(Patience);
        }, Stop);
        Assert.True(inside.Wait(Patience, Stop));
        return job;
    }

    private static Leaving NothingToEnter() => new(() => { });

    private static void Count(CountdownEvent events, bool happened)
    {
        if (happened && !events.IsSet) events.Signal();
    }

    private bool Add(string entry)
    {
        log.Add(entry);
        return true;
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
