using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class AdmissionTests
{
    private readonly ManualClock _clock = new();

    private Admission CreateSut() => new(limit: 100, _clock);

    [Fact]
    public void Takes_up_to_the_limit_and_room_comes_back()
    {
        var sut = CreateSut();
        Assert.True(sut.TryAdmit("a", 60));
        Assert.True(sut.TryAdmit("b", 40));
        Assert.False(sut.TryAdmit("c", 1));
        sut.Release("a");
        Assert.True(sut.TryAdmit("c", 60));
        Assert.Equal(100, sut.Unfinished);
    }

    [Fact]
    public void Releasing_twice_or_an_unknown_one_counts_once()
    {
        var sut = CreateSut();
        sut.TryAdmit("a", 60);
        sut.Release("a");
        sut.Release("a");
        sut.Release("never");
        Assert.Equal(0, sut.Unfinished);
    }

    [Fact]
    public void Half_a_minute_is_guessed_before_anything_has_finished()
    {
        var sut = CreateSut();
        sut.TryAdmit("a", 100);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(30), sut.RetryAfter(10));
    }

    [Fact]
    public void The_wait_follows_the_pace_so_far()
    {
        var sut = CreateSut();
        sut.TryAdmit("a", 20);
        sut.TryAdmit("b", 80);
        _clock.Advance(TimeSpan.FromSeconds(10));
        sut.Release("a");                             // 2 candidates a second
        Assert.Equal(TimeSpan.FromSeconds(5), sut.RetryAfter(30));   // 80 + 30 − 100 = 10 are in the way
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100_000, 600)]
    public void The_wait_is_a_second_at_least_and_ten_minutes_at_most(int milliseconds, int expectedSeconds)
    {
        var sut = CreateSut();
        sut.TryAdmit("a", 1);
        sut.TryAdmit("b", 99);
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        sut.Release("a");
        Assert.Equal(TimeSpan.FromSeconds(expectedSeconds), sut.RetryAfter(50));
    }
}
