using ClipGen.Engine.Telemetry;
using ClipGen.Engine.Tests.Devices;

namespace ClipGen.Engine.Tests.Telemetry;

public sealed class DeviceSharesTests
{
    private readonly ManualTime _time = new();
    private readonly DeviceTime _sut;

    public DeviceSharesTests() => _sut = new(_time);

    [Fact]
    public void What_is_alone_is_charged_all_of_the_time()
    {
        using var share = _sut.Open(weight: 4);
        Pass(2);

        Assert.Equal((2, 2), share.Read());
    }

    [Fact]
    public void What_happens_at_once_is_charged_by_weight()
    {
        using var sampler = _sut.Open(weight: 3);
        Pass(1);
        var decoder = _sut.Open(weight: 1);
        Pass(4);
        decoder.Dispose();
        Pass(1);

        Assert.Equal(1 + 3 + 1, sampler.Read().Charged, 1e-12);
        Assert.Equal(1, decoder.Read().Charged, 1e-12);
    }

    [Fact]
    public void A_weight_counts_from_when_it_was_set()
    {
        using var sampler = _sut.Open(weight: 1);
        using var decoder = _sut.Open(weight: 1);
        Pass(2);
        sampler.Weight = 3;
        Pass(2);
        sampler.Weight = 0;
        Pass(2);

        Assert.Equal(1 + 1.5, sampler.Read().Charged, 1e-12);
        Assert.Equal(1 + 0.5 + 2, decoder.Read().Charged, 1e-12);
    }

    [Fact]
    public void Nobody_is_charged_for_time_in_which_nothing_happened()
    {
        Pass(5);
        using var share = _sut.Open(weight: 0);
        Pass(5);
        share.Weight = 1;
        Pass(1);
        share.Weight = 0;
        Pass(5);

        Assert.Equal((1, 1), share.Read());
        Assert.Equal(1, _sut.BusySeconds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void All_charges_add_up_to_the_busy_time(int seed)
    {
        var random = new Random(seed);
        var shares = Enumerable.Range(0, 5).Select(_ => _sut.Open(weight: 0)).ToArray();
        for (int i = 0; i < 2000; i++)
        {
            shares[random.Next(shares.Length)].Weight = random.Next(4);
            Pass(random.NextDouble());
        }

        Assert.Equal(_sut.BusySeconds, shares.Sum(share => share.Read().Charged), 1e-6);
        Assert.InRange(_sut.BusySeconds, 1, _time.Now.TotalSeconds);
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
