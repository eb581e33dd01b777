using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Tests.Devices;

public sealed class CancellationTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cancelled_candidate_frees_its_slot()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, slots: 1, groupSize: 1);
        using var cancellation = new CancellationTokenSource();
        int steps = 0;

        var first = engine.SampleAsync(model.Job(0), drawn =>
        {
            steps = drawn;
            if (drawn == 3) cancellation.Cancel();
        }, cancellation.Token);
        var second = engine.SampleAsync(model.Job(1), null, Stop);

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        Assert.Equal(TinyModel.Codes, (await second).Codes.Length);
        Assert.Equal(3, steps);
    }

    /// <summary>The only slot is held while two more callers wait; the one behind leaves, and need not wait for the slot to do so.</summary>
    [Fact]
    public async Task A_caller_that_waits_can_leave_and_the_others_go_on()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, slots: 1, groupSize: 1);
        using var cancellation = new CancellationTokenSource();
        var left = new TaskCompletionSource();
        int drawnWhenLeft = 0, drawnByFirst = 0;
        Task<SampledCandidate>? second = null, third = null;
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var first = engine.SampleAsync(model.Job(0), drawn =>
        {
            drawnByFirst = drawn;
            if (drawn == 1) both.Task.Wait(Stop);
            if (drawn == 6) cancellation.Cancel();
        }, Stop);
        second = engine.SampleAsync(model.Job(1), null, Stop);
        third = engine.SampleAsync(model.Job(2), null, cancellation.Token);
        _ = third.ContinueWith(_ => { drawnWhenLeft = drawnByFirst; left.SetResult(); }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        both.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        await left.Task;
        Assert.True(drawnWhenLeft >= 6);
        Assert.Equal(TinyModel.Codes, (await first).Codes.Length);
        Assert.Equal(TinyModel.Codes, (await second).Codes.Length);
    }

    [Fact]
    public async Task A_request_that_is_cancelled_already_samples_nothing()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, slots: 1, groupSize: 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.SampleAsync(model.Job(0), _ => Assert.Fail("sampled"), new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.EncodeAsync("a red circle", false, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task More_candidates_than_may_wait_are_refused_and_the_others_complete()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, slots: 1, groupSize: 1, maxWaiting: 2);
        using var posted = new ManualResetEventSlim();
        // All five are taken or refused, one after each step, before the first has drawn its last code.
        var first = engine.SampleAsync(model.Job(0), drawn => { if (drawn == 1) posted.Wait(Stop); }, Stop);
        var others = Enumerable.Range(1, 5).Select(i => engine.SampleAsync(model.Job(i), null, Stop)).ToList();
        posted.Set();

        await first;
        foreach (var refused in others[2..]) await Assert.ThrowsAsync<EngineBusyException>(() => refused);
        foreach (var taken in others[..2]) Assert.Equal(TinyModel.Codes, (await taken).Codes.Length);
    }
}
