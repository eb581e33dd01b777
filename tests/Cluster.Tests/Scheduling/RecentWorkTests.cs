using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class RecentWorkTests
{
    private readonly ManualClock _time = new();
    private readonly RecentWork _sut;

    public RecentWorkTests() => _sut = new(_time);

    [Fact]
    public void Before_the_first_there_is_nothing() => Assert.Equal((0.0, null, null), (_sut.ImagesPerSecond, _sut.Latency(0.5), _sut.Latency(0.95)));

    [Fact]
    public void Images_a_second_are_those_of_the_last_minute_or_since_the_beginning()
    {
        _sut.Record(images: 3, TimeSpan.FromSeconds(1));
        Assert.Equal(3, _sut.ImagesPerSecond);   // a first second is a whole one
        Advance(10);
        _sut.Record(images: 7, TimeSpan.FromSeconds(1));
        Assert.Equal(1, _sut.ImagesPerSecond);
        Advance(50);
        Assert.Equal(7 / 60.0, _sut.ImagesPerSecond, 1e-9);
        Advance(10);
        Assert.Equal(0, _sut.ImagesPerSecond);
    }

    [Fact]
    public void A_steady_rate_is_told_as_it_is_however_long_it_lasts()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _sut.Record(images: 1, TimeSpan.FromSeconds(1));
            Advance(0.25);
        }
        Assert.Equal(4, _sut.ImagesPerSecond, 0.1);
    }

    [Fact]
    public void Latencies_are_those_of_the_last_five_minutes()
    {
        _sut.Record(1, TimeSpan.FromSeconds(1000));
        Advance(301);
        for (int i = 1; i <= 100; i++) _sut.Record(1, TimeSpan.FromSeconds(i));
        Assert.Equal((50.0, 95.0), (_sut.Latency(0.5), _sut.Latency(0.95)));
        Advance(301);
        Assert.Null(_sut.Latency(0.5));
    }

    [Fact]
    public void Of_many_the_last_ones_count()
    {
        for (int i = 0; i < 1024; i++) _sut.Record(1, TimeSpan.FromSeconds(1));
        for (int i = 0; i < 1024; i++) _sut.Record(1, TimeSpan.FromSeconds(2));
        Assert.Equal(2, _sut.Latency(0.01));
    }

    private void Advance(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
