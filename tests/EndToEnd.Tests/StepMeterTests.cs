using ClipGen.Cli.Benchmarks;

namespace ClipGen.EndToEnd.Tests;

public sealed class StepMeterTests
{
    private readonly StepMeter _sut = new(slots: 2);

    [Fact]
    public void The_step_under_way_does_not_count()
    {
        Action first = _sut.Follow(), second = _sut.Follow();
        first();
        Assert.Equal(new(0, 0), _sut.Now);

        first();
        Assert.Equal(new(1, 1), _sut.Now);

        second();
        Assert.Equal(new(1, 1), _sut.Now);

        second();
        Assert.Equal(new(2, 3), _sut.Now);
    }

    [Fact]
    public void Between_two_moments_no_more_than_all_slots_are_in_use()
    {
        Action first = _sut.Follow(), second = _sut.Follow();
        first();
        var begin = _sut.Now;
        second();
        for (int step = 0; step < 3; step++)
        {
            first();
            second();
        }
        Assert.Equal(1, (_sut.Now - begin).Occupancy(slots: 2));
    }
}
