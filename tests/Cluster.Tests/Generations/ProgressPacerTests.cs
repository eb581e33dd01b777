using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo.Grains;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class ProgressPacerTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_fast_device_reports_every_twentieth()
    {
        var sut = new ProgressPacer(1000, _clock);
        int[] due = [.. Enumerable.Range(1, 1000).Where(sut.IsDue)];
        Assert.Equal(Enumerable.Range(1, 19).Select(i => i * 50), due);
    }

    [Fact]
    public void A_slow_device_reports_ten_times_a_second()
    {
        var sut = new ProgressPacer(1000, _clock);
        var due = new List<int>();
        for (int step = 1; step <= 20; step++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            if (sut.IsDue(step)) due.Add(step);
        }
        Assert.Equal(Enumerable.Range(1, 10).Select(i => i * 2), due);
    }

    [Fact]
    public void The_last_step_is_left_to_the_codes() => Assert.False(new ProgressPacer(1, _clock).IsDue(1));
}
