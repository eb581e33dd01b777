using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class DeviceTableTests
{
    private static readonly Guid First = Guid.NewGuid();

    private readonly DeviceTable devices = new(TimeProvider.System);

    [Fact]
    public void A_sequence_that_has_just_left_its_slot_is_free_again_and_not_lost()
    {
        Give("a", 0);
        Assert.Empty(devices.Report(Report(First, lastDispatch: 1)));
        Assert.False(devices.IsGiven("a", 0));
    }

    [Fact]
    public void A_dispatch_that_a_report_does_not_know_of_stays()
    {
        Give("a", 0);
        Assert.Empty(devices.Report(Report(First, lastDispatch: 0)));
        Assert.True(devices.IsGiven("a", 0));
    }

    [Fact]
    public void Another_process_of_the_same_name_has_lost_what_the_first_one_had()
    {
        Give("a", 0);
        var lost = Assert.Single(devices.Report(Report(Guid.NewGuid(), lastDispatch: 0)));
        Assert.Equal("a", lost.GenerationId);
        Assert.Equal([0], lost.Candidates);
        Assert.False(devices.IsGiven("a", 0));
    }

    private void Give(string generation, int candidate)
    {
        devices.Report(Report(First, lastDispatch: 0));
        var device = devices.Find("silo/sim:0")!;
        device.NextDispatch();
        device.Give(generation, candidate);
    }

    private static DeviceReport Report(Guid process, long lastDispatch) => new(
        "silo/sim:0", "sim", 8,
        new() { Name = "m", Digest = "d", DefaultCandidates = 8, CodebookSize = 2, CodesPerImage = 4, ImageSize = 8 },
        DeviceStages.All, process, lastDispatch, Active: [], Draining: false, SecondsPerCandidate: 1, Trouble: null);
}
