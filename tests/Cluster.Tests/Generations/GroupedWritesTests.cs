using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class GroupedWritesTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly GroupedWrites _sut;
    private Func<Task> _write = () => Task.CompletedTask;
    private int _writes;

    public GroupedWritesTests() => _sut = new(() =>
    {
        _writes++;
        return _write();
    });

    [Fact]
    public Task What_is_in_no_hurry_goes_with_what_is() => AsAGrain(async () =>
    {
        var first = _sut.SaveSoonAsync(Never, TimeProvider.System);
        var second = _sut.SaveSoonAsync(Never, TimeProvider.System);
        Assert.Same(first, second);
        Assert.Same(first, _sut.Latest);
        await Task.Yield();
        Assert.Equal((0, false), (_writes, first.IsCompleted));

        await _sut.SaveAsync();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.Equal(1, _writes);
    });

    [Fact]
    public Task What_is_in_no_hurry_joins_what_waits_already() => AsAGrain(async () =>
    {
        var (first, hold) = await BeginHeldWrite();
        var second = _sut.SaveAsync();

        Assert.Same(second, _sut.SaveSoonAsync(Never, TimeProvider.System));
        hold.SetResult();
        await second;

        Assert.True(first.IsCompleted);
        Assert.Equal(2, _writes);
    });

    [Fact]
    public Task A_write_begins_by_itself_when_its_time_has_come() => AsAGrain(async () =>
    {
        var clock = new SkippingClock();
        await _sut.SaveSoonAsync(TimeSpan.FromSeconds(10), clock);
        Assert.Equal((1, TimeSpan.FromSeconds(10)), (_writes, clock.Elapsed));

        await _sut.SaveSoonAsync(TimeSpan.FromSeconds(1), clock);
        Assert.Equal((2, TimeSpan.FromSeconds(11)), (_writes, clock.Elapsed));
    });

    [Fact]
    public Task What_comes_while_a_write_is_under_way_is_in_the_next_one() => AsAGrain(async () =>
    {
        var (first, hold) = await BeginHeldWrite();
        var second = _sut.SaveSoonAsync(Never, TimeProvider.System);
        Assert.NotSame(first, second);
        Assert.Same(second, _sut.Latest);

        hold.SetResult();
        await first;
        Assert.Equal((1, false), (_writes, second.IsCompleted));

        await _sut.FlushAsync();
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal(2, _writes);
    });

    [Fact]
    public Task Flushing_writes_what_waits_and_nothing_where_nothing_does() => AsAGrain(async () =>
    {
        await _sut.FlushAsync();
        Assert.Equal(0, _writes);

        var soon = _sut.SaveSoonAsync(Never, TimeProvider.System);
        await _sut.FlushAsync();
        Assert.True(soon.IsCompletedSuccessfully);

        await _sut.FlushAsync();
        Assert.Equal(1, _writes);
    });

    [Fact]
    public Task A_failure_shows_until_the_next_write() => AsAGrain(async () =>
    {
        _write = () => throw new IOException("The disk is full.");
        var soon = _sut.SaveSoonAsync(TimeSpan.FromSeconds(10), new SkippingClock());
        await Assert.ThrowsAsync<IOException>(() => soon);
        await Assert.ThrowsAsync<IOException>(() => _sut.Latest);
        Assert.True(_sut.HasFailed);

        _write = () => Task.CompletedTask;
        await _sut.SaveAsync();
        Assert.False(_sut.HasFailed);
    });

    private async Task<(Task Write, TaskCompletionSource Hold)> BeginHeldWrite()
    {
        var hold = new TaskCompletionSource();
        _write = () => hold.Task;
        var write = _sut.SaveAsync();
        while (_writes == 0) await Task.Yield();
        return (write, hold);
    }

    /// <summary>One turn at a time, as in a grain.</summary>
    private static Task AsAGrain(Func<Task> test) =>
        Task.Factory.StartNew(test, Sut.Token, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();
}
