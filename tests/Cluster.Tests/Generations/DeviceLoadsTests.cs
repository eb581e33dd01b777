using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Placement;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class DeviceLoadsTests
{
    private readonly DeviceLoads _sut = new();
    private readonly DeviceEntry[] _devices = [Device("a", 4), Device("b", 4), Device("c", 8)];

    [Theory]
    [InlineData(1, 0, 0, 1)]
    [InlineData(4, 1, 1, 2)]
    [InlineData(16, 4, 4, 8)]
    [InlineData(1024, 256, 256, 512)]
    public void Candidates_are_spread_by_the_devices_size(int candidates, int a, int b, int c)
    {
        var route = _sut.Route("g", candidates, _devices);
        var counts = route.Samplers.ToDictionary(s => s.Device, s => s.Count);
        Assert.Equal((a, b, c), (counts.GetValueOrDefault("s/a"), counts.GetValueOrDefault("s/b"), counts.GetValueOrDefault("s/c")));
    }

    [Fact]
    public void Shares_cover_every_candidate_once_in_order()
    {
        var route = _sut.Route("g", 37, _devices);
        int next = 0;
        foreach (var share in route.Samplers)
        {
            Assert.Equal(next, share.FirstCandidate);
            next += share.Count;
        }
        Assert.Equal(37, next);
    }

    [Fact]
    public void The_next_request_goes_where_the_last_did_not()
    {
        var pair = _devices[..2];
        var first = _sut.Route("g1", 1, pair);
        var second = _sut.Route("g2", 1, pair);
        Assert.Equal(("s/a", "s/a", "s/a"), (first.Encoder, first.Samplers[0].Device, first.Decoder));
        Assert.Equal(("s/b", "s/b", "s/b"), (second.Encoder, second.Samplers[0].Device, second.Decoder));
    }

    [Fact]
    public void A_released_route_no_longer_counts()
    {
        var pair = _devices[..2];
        _sut.Route("g1", 4, pair[..1]);
        Assert.Equal("s/b", _sut.Route("g2", 1, pair).Samplers.Single().Device);
        _sut.Release("g1");
        _sut.Release("g2");
        _sut.Release("g2");
        Assert.Equal("s/a", _sut.Route("g3", 1, pair).Samplers.Single().Device);
    }

    [Fact]
    public void Asking_again_for_the_same_generation_gives_the_same_route() =>
        Assert.Same(_sut.Route("g", 5, _devices), _sut.Route("g", 5, _devices));

    private static DeviceEntry Device(string name, int slots) => new(new("s", name), "sim", slots, []);
}
