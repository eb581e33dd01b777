using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;
using static ClipGen.Cluster.Tests.Scheduling.DeviceSut;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class DeviceTableTests
{
    private readonly ManualClock _clock = new();
    private readonly DeviceTable _sut;

    public DeviceTableTests()
    {
        _sut = new(_clock);
        _sut.Report(Report("a", slots: 4));
        _sut.Report(Report("b", slots: 8));
    }

    [Fact]
    public void The_largest_free_share_is_freest()
    {
        Give("a", 1);
        Assert.Equal("b", _sut.Freest([])!.Key);
        Give("b", 3);
        Assert.Equal("a", _sut.Freest([])!.Key);
        Give("a", 3);
        Give("b", 5);
        Assert.Null(_sut.Freest([]));
    }

    [Fact]
    public void A_device_that_is_avoided_is_freest_only_when_no_other_is_in_service()
    {
        Assert.Equal("b", _sut.Freest(["a"])!.Key);
        Give("b", 8);
        Assert.Null(_sut.Freest(["a"]));   // b is full, but it is there
        _sut.Report(Report("b", slots: 8, draining: true));
        Assert.Equal("a", _sut.Freest(["a"])!.Key);
        Assert.NotNull(_sut.Freest(["a", "b"]));
    }

    [Fact]
    public void A_device_that_is_set_aside_takes_nothing_ordinary()
    {
        _sut.Find("a")!.IsSetAside = true;
        Give("b", 8);
        Assert.Null(_sut.Freest([]));
        Assert.Same(_sut.Find("a"), _sut.SetAside());
    }

    [Fact]
    public void The_device_that_will_be_empty_first_is_set_aside()
    {
        Give("a", 2);
        Give("b", 3);
        Assert.Equal("b", _sut.Emptiest()!.Key);
        _sut.Report(Report("b", slots: 8, trouble: "ill"));
        Assert.Equal("a", _sut.Emptiest()!.Key);
    }

    [Fact]
    public void A_stage_is_picked_by_work_and_an_avoided_device_only_for_want_of_others()
    {
        _sut.Find("a")!.StageWork = 8;
        Assert.Equal("b", _sut.Pick(DeviceStages.Decode, [])!.Key);
        Assert.Equal("a", _sut.Pick(DeviceStages.Decode, ["b"])!.Key);
        Assert.Equal("b", _sut.Pick(DeviceStages.Decode, ["a", "b"])!.Key);
        _sut.Report(Report("b", slots: 8, stages: DeviceStages.Sample));
        Assert.Equal("a", _sut.Pick(DeviceStages.Decode, ["a"])!.Key);
        _sut.Find("a")!.Suspend();
        Assert.Null(_sut.Pick(DeviceStages.Decode, []));
    }

    [Fact]
    public void A_device_that_says_nothing_is_silent_and_one_that_does_is_not()
    {
        _clock.Advance(TimeSpan.FromSeconds(9));
        _sut.Report(Report("b", slots: 8));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("a", Assert.Single(_sut.SilentFor(TimeSpan.FromSeconds(10))).Key);
    }

    [Fact]
    public void A_device_that_is_removed_leaves_what_it_had()
    {
        Give("a", 2);
        Assert.Equal([0, 1], Assert.Single(_sut.Remove("a")).Candidates);
        Assert.Empty(_sut.Remove("a"));
        Assert.Empty(_sut.CandidatesGivenOf("g"));
        Assert.Equal(8, _sut.Slots);
    }

    private void Give(string key, int count)
    {
        var device = _sut.Find(key)!;
        for (int i = 0; i < count; i++) device.Give("g", device.Given);
    }
}
