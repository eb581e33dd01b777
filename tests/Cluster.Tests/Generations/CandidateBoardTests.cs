using ClipGen.Cluster.Generations;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class CandidateBoardTests
{
    private readonly CandidateBoard _sut = new(candidates: 3, maxAttempts: 2);

    [Fact]
    public void What_has_codes_is_not_missing_and_takes_them_once()
    {
        Assert.True(_sut.Advance(new(1, 7, null, 0)));
        Assert.Equal([0, 1, 2], _sut.Missing);
        Assert.True(_sut.Advance(new(1, 64, [1], 0)));
        Assert.False(_sut.Advance(new(1, 64, [2], 0)));
        Assert.Equal([0, 2], _sut.Missing);
        Assert.False(_sut.Misses([1]));
        Assert.True(_sut.Misses([1, 2]));
    }

    [Fact]
    public void Codes_are_in_the_order_of_candidates()
    {
        foreach (int candidate in new[] { 2, 0, 1 }) _sut.Advance(new(candidate, 64, [(byte)candidate], 0));
        Assert.Equal([0, 1, 2], _sut.Codes.Select(c => c.Candidate));
        Assert.Empty(_sut.Missing);
    }

    [Fact]
    public void The_last_attempt_fails_it_with_what_went_wrong_then()
    {
        Assert.True(_sut.Failed(0, "a", "first"));
        Assert.Equal(2, _sut.Attempt);
        Assert.True(_sut.Failed(1, "b", "another candidate's first"));
        Assert.Equal([0, 1, 2], _sut.Missing);
        Assert.Equal(["a", "b"], _sut.Failing);
        _sut.Failed(0, "b", "second");
        Assert.Equal("second", Assert.Throws<StageFailedException>(() => _sut.Missing).Message);
    }

    [Fact]
    public void A_failure_after_the_codes_came_from_elsewhere_is_none()
    {
        _sut.Advance(new(0, 64, [1], 0));
        Assert.False(_sut.Failed(0, "a", "late"));
        Assert.Empty(_sut.Failing);
    }

    [Fact]
    public async Task News_before_the_wait_ends_it_and_only_it()
    {
        _sut.AskAgain();
        await _sut.WaitAsync(TimeSpan.FromHours(1), TimeProvider.System, Sut.Token);
        var next = _sut.WaitAsync(TimeSpan.FromHours(1), TimeProvider.System, Sut.Token);
        Assert.False(next.IsCompleted);
        for (int candidate = 0; candidate < 3; candidate++) _sut.Advance(new(candidate, 64, [1], 0));
        await next;
    }

    [Fact]
    public async Task A_wait_ends_when_its_time_is_over() => await _sut.WaitAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System, Sut.Token);

    [Fact]
    public async Task A_wait_that_is_cancelled_says_so()
    {
        using var cancel = new CancellationTokenSource();
        var wait = _sut.WaitAsync(TimeSpan.FromHours(1), TimeProvider.System, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }
}
