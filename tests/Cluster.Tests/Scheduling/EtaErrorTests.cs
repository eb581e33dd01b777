using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class EtaErrorTests
{
    private readonly EtaError _sut = new(window: 100);

    [Fact]
    public void Before_the_first_there_is_nothing_to_tell() =>
        Assert.Equal((0L, null, null, null), (_sut.Count, _sut.Mean, _sut.P50, _sut.P95));

    [Theory]
    [InlineData(12, 10, 0.2)]
    [InlineData(8, 10, 0.2)]
    [InlineData(0.7, 0.2, 0.5)]   // as if it had taken a second
    [InlineData(3, 0, 3)]
    public void An_error_is_a_share_of_the_actual_time_of_a_second_at_least(double predicted, double actual, double expected)
    {
        Record(predicted, actual);
        Assert.Equal(expected, _sut.Mean!.Value, 1e-9);
        Assert.Equal(expected, _sut.P50!.Value, 1e-9);
        Assert.Equal(expected, _sut.P95!.Value, 1e-9);
    }

    [Fact]
    public void Quantiles_are_those_of_the_last_ones_and_the_mean_is_that_of_all()
    {
        for (int i = 0; i < 100; i++) Record(predicted: 20, actual: 10);                 // pushed out of the window
        for (int i = 100; i >= 1; i--) Record(predicted: 10 + (i / 10.0), actual: 10);   // 1 % to 100 %
        Assert.Equal(200, _sut.Count);
        Assert.Equal(0.50, _sut.P50!.Value, 1e-9);
        Assert.Equal(0.95, _sut.P95!.Value, 1e-9);
        Assert.Equal((100 + 50.5) / 200, _sut.Mean!.Value, 1e-9);
    }

    private void Record(double predicted, double actual) => _sut.Record(TimeSpan.FromSeconds(predicted), TimeSpan.FromSeconds(actual));
}
