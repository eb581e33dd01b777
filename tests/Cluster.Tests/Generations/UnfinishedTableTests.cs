using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Cluster.Tests.Scheduling;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class UnfinishedTableTests
{
    private readonly ManualClock _clock = new();
    private readonly UnfinishedTable _sut;

    public UnfinishedTableTests() => _sut = new(_clock);

    [Fact]
    public void It_counts_what_has_not_come_to_the_queue_by_tenant()
    {
        _sut.Add("a", "tom", 8, null);
        _sut.Add("b", "tom", 4, null);
        _sut.Add("c", "ann", 2, null);
        _sut.Add("a", "tom", 100, null);   // known
        Assert.Equal((14, 12, 2), (_sut.Coming, _sut.ComingOf("tom"), _sut.ComingOf("ann")));
        _sut.Arrived("a");
        _sut.Arrived("a");
        _sut.Arrived("nobody");
        Assert.Equal((6, 4, 3), (_sut.Coming, _sut.ComingOf("tom"), _sut.Count));
    }

    [Fact]
    public void What_is_removed_counts_no_more_whether_it_had_arrived_or_not()
    {
        _sut.Add("a", "tom", 8, TimeSpan.FromSeconds(3));
        _sut.Add("b", "tom", 4, null);
        _sut.Arrived("a");
        Assert.Equal(TimeSpan.FromSeconds(3), _sut.Remove("a")!.Expected);
        _sut.Remove("b");
        Assert.Null(_sut.Remove("b"));
        Assert.Equal((0, 0, 0), (_sut.Coming, _sut.ComingOf("tom"), _sut.Count));
    }

    [Fact]
    public void Stage_work_moves_with_it_and_leaves_with_it()
    {
        var (here, there) = (DeviceSut.Device(_clock), DeviceSut.Device(_clock));
        _sut.Add("a", "tom", 8, null);
        _sut.Work("a", here);
        _sut.Work("a", there);
        Assert.Equal((0, 8), (here.StageWork, there.StageWork));
        _sut.Arrived("a");
        Assert.Equal(0, there.StageWork);
        _sut.Work("a", here);
        _sut.Remove("a");
        Assert.Equal(0, here.StageWork);
        _sut.Work("a", here);   // it is gone
        Assert.Equal(0, here.StageWork);
    }

    [Fact]
    public void It_knows_who_has_been_here_for_long()
    {
        _sut.Add("a", "tom", 8, null);
        _clock.Advance(TimeSpan.FromMinutes(3));
        _sut.Add("b", "tom", 8, null);
        Assert.Equal(["a"], _sut.OlderThan(TimeSpan.FromMinutes(2)));
    }
}
