using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class CandidateTimeTests
{
    private readonly CandidateTime _sut = new(prior: 20);

    [Fact]
    public void The_guess_stands_until_something_is_measured()
    {
        Assert.Equal(20, _sut.Seconds);
        _sut.Record(4);
        Assert.Equal(4, _sut.Seconds);
    }

    [Fact]
    public void The_first_ten_count_alike()
    {
        for (int i = 1; i <= 10; i++) _sut.Record(i);
        Assert.Equal(5.5, _sut.Seconds, 1e-9);
    }

    [Fact]
    public void After_that_each_new_one_counts_a_tenth_and_old_ones_fade()
    {
        for (int i = 0; i < 100; i++) _sut.Record(10);
        _sut.Record(20);
        Assert.Equal(11, _sut.Seconds, 1e-9);
        for (int i = 0; i < 100; i++) _sut.Record(20);
        Assert.Equal(20, _sut.Seconds, 0.001);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_not_a_time_is_refused(double seconds)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _sut.Record(seconds));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CandidateTime(seconds));
        Assert.Equal(20, _sut.Seconds);
    }
}
