using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;

namespace ClipGen.Cluster.Tests.Devices;

public sealed class DeviceHealthTests
{
    private static readonly Exception Error = new InvalidOperationException("Fell off the bus.");

    private readonly DeviceHealth _sut = new(limit: 3);
    private int _changes;

    public DeviceHealthTests() => _sut.Changed += () => _changes++;

    [Fact]
    public void Different_requests_that_fail_in_a_row_take_the_device_out()
    {
        Fail("a", "b");
        Assert.Null(_sut.Trouble);
        Fail("c", "d");
        Assert.Equal("It has failed 3 requests in a row (Sample), the last one with: Fell off the bus.", _sut.Trouble);
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void One_request_takes_no_device_out_however_often_it_fails()
    {
        for (int i = 0; i < 10; i++) Fail("a");
        Assert.Null(_sut.Trouble);
    }

    [Fact]
    public void A_success_begins_the_count_anew_but_not_that_of_another_stage()
    {
        Fail("a", "b");
        _sut.Succeeded(DeviceStages.Encode);
        _sut.Succeeded(DeviceStages.Sample);
        Fail("c", "d");
        Assert.Null(_sut.Trouble);
        _sut.Succeeded(DeviceStages.Encode);
        Fail("e");
        Assert.NotNull(_sut.Trouble);
    }

    [Fact]
    public void What_is_not_the_devices_doing_does_not_count()
    {
        foreach (var error in new Exception[] { new OperationCanceledException(), new EngineBusyException(""), new ArgumentException("") })
        {
            for (int i = 0; i < 3; i++) _sut.Failed(DeviceStages.Sample, $"{error} {i}", error);
        }
        Assert.Null(_sut.Trouble);
    }

    [Fact]
    public void A_device_that_is_brought_back_has_no_past()
    {
        Fail("a", "b", "c");
        _sut.BringBack();
        Fail("d", "e");
        Assert.Equal((null, 2), (_sut.Trouble, _changes));
    }

    private void Fail(params string[] requests)
    {
        foreach (string request in requests) _sut.Failed(DeviceStages.Sample, request, Error);
    }
}
