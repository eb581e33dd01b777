using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;
using static ClipGen.Cluster.Tests.Scheduling.DeviceSut;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class DeviceStateTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_slot_is_free_again_when_its_sequence_has_left()
    {
        var device = Device(_clock, 0, 1, 2);
        Assert.Equal(1, device.Free);
        Assert.True(device.Take("g", 1));
        Assert.False(device.Take("g", 1));
        Assert.Equal(2, device.Free);
    }

    [Fact]
    public void A_slot_whose_sequence_is_about_to_leave_is_given_away_once()
    {
        var device = Device(_clock, 0, 1, 2, 3);
        device.Leaves("g", 1);
        device.Leaves("g", 1);
        Assert.Equal(1, device.Free);
        device.NextDispatch();
        device.Give("h", 0);
        Assert.Equal(0, device.Free);
        device.Take("g", 1);
        Assert.Equal((0, 4), (device.Free, device.Given));
        device.Take("h", 0);
        Assert.Equal(1, device.Free);
    }

    [Fact]
    public void What_it_does_not_have_does_not_leave_it()
    {
        var device = Device(_clock, 0, 1, 2, 3);
        device.Leaves("h", 0);
        Assert.Equal(0, device.Free);
        device.Take("g", 0);
        device.Leaves("g", 0);   // the news of its end was quicker
        Assert.Equal(1, device.Free);
    }

    [Fact]
    public void What_is_about_to_leave_is_lost_with_its_process_like_everything_else()
    {
        var device = Device(_clock, 0, 1);
        device.Leaves("g", 1);
        Assert.Equal([0, 1], Assert.Single(device.Update(Report(process: OtherProcess))).Candidates);
        Assert.Equal(4, device.Free);
    }

    [Fact]
    public void A_device_that_is_set_aside_has_a_slot_when_a_sequence_has_really_left()
    {
        var device = Device(_clock, 0, 1, 2, 3);
        device.IsSetAside = true;
        device.Leaves("g", 1);
        Assert.Equal(0, device.Free);
        device.Take("g", 1);
        Assert.Equal(1, device.Free);
    }

    [Fact]
    public void An_estimate_counts_a_slot_once()
    {
        var device = Device(_clock, 0, 1, 2, 3);
        device.Leaves("g", 1);
        device.Give("h", 0);
        Assert.Equal(4, device.Done(1).Count());
    }

    [Fact]
    public void What_an_earlier_gateway_gave_it_takes_slots()
    {
        var device = new DeviceState(Report(), _clock, new GivenIndex());
        Assert.Empty(device.Update(Report(dispatch: 41, active: [Group("g", 0, 1), Group("h", 5)])));
        Assert.Equal((1, 41L, true), (device.Free, device.LastDispatch, device.Take("h", 5)));
        Assert.Equal(42, device.NextDispatch());
    }

    [Fact]
    public void Another_process_has_lost_all_that_the_one_before_had()
    {
        var device = Device(_clock, 0, 3);
        var lost = device.Update(Report(process: OtherProcess, active: [Group("h", 7)]));
        Assert.Equal([0, 3], Assert.Single(lost).Candidates);
        Assert.Equal((1, 0L), (device.Given, device.LastDispatch));
    }

    [Fact]
    public void What_two_reports_in_a_row_lack_is_lost_and_what_one_lacks_is_not()
    {
        var device = Device(_clock, 0, 1);
        var withoutOne = Report(dispatch: 1, active: [Group("g", 0)]);
        Assert.Empty(device.Update(withoutOne));
        Assert.Equal(2, device.Given);
        Assert.Equal([1], Assert.Single(device.Update(withoutOne)).Candidates);
        Assert.Equal(1, device.Given);
    }

    [Fact]
    public void What_is_back_in_the_next_report_was_never_missing()
    {
        var device = Device(_clock, 0);
        Assert.Empty(device.Update(Report(dispatch: 1)));
        Assert.Empty(device.Update(Report(dispatch: 1, active: [Group("g", 0)])));
        Assert.Empty(device.Update(Report(dispatch: 1)));
        Assert.True(device.Take("g", 0));
    }

    [Fact]
    public void What_may_still_be_on_its_way_is_not_lost()
    {
        var device = Device(_clock, 0);
        for (int i = 0; i < 5; i++) Assert.Empty(device.Update(Report(dispatch: 0)));
        Assert.True(device.Take("g", 0));
    }

    [Fact]
    public void Given_again_it_is_not_what_was_missing_before()
    {
        var device = Device(_clock, 0);
        device.Update(Report(dispatch: 1));
        device.Take("g", 0);
        device.NextDispatch();
        device.Give("g", 0);
        Assert.Empty(device.Update(Report(dispatch: 2)));
    }

    [Fact]
    public void A_suspended_device_is_back_with_its_next_report()
    {
        var device = Device(_clock);
        device.Suspend();
        Assert.Equal((0, false), (device.Free, device.Samples));
        device.Update(Report());
        Assert.Equal(4, device.Free);
    }

    [Fact]
    public void A_device_that_drains_is_in_trouble_or_does_not_sample_has_no_free_slot()
    {
        var device = Device(_clock);
        Assert.All([Report(draining: true), Report(trouble: "wrong answer"), Report(stages: DeviceStages.Decode)], report =>
        {
            device.Update(report);
            Assert.Equal(0, device.Free);
        });
    }

    [Fact]
    public void More_than_it_has_slots_is_no_negative_credit() => Assert.Equal(0, Device(_clock, 0, 1, 2, 3, 4, 5).Free);

    [Fact]
    public void A_suspect_is_gone_with_its_last_sequence()
    {
        var device = Device(_clock, 0, 1);
        device.Suspect = "g";
        device.Take("g", 0);
        Assert.Equal("g", device.Suspect);
        Assert.Equal([1], Assert.Single(device.TakeAll("g")).Candidates);
        Assert.Null(device.Suspect);
    }
}
