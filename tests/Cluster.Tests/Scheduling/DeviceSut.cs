using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Scheduling;

/// <summary>Reports of devices that differ from each other only in what a test says.</summary>
internal static class DeviceSut
{
    public static readonly Guid Process = new("00000000-0000-0000-0000-000000000001"), OtherProcess = new("00000000-0000-0000-0000-000000000002");

    private static readonly ModelDescription Model = new() { Name = "fake", Digest = "d", DefaultCandidates = 8, CodebookSize = 512, CodesPerImage = 64, ImageSize = 32 };

    public static DeviceReport Report(
        string key = "local/cpu:0", int slots = 4, Guid? process = null, long dispatch = 0, SequenceGroup[]? active = null,
        bool draining = false, string? trouble = null, DeviceStages stages = DeviceStages.All) =>
        new(key, "cpu", slots, Model, stages, process ?? Process, dispatch, active ?? [], draining, 0, trouble);

    public static SequenceGroup Group(string generation, params int[] candidates) => new(generation, candidates);

    /// <summary>A device that has been given these candidates of "g" by its first dispatch.</summary>
    public static DeviceState Device(ManualClock clock, params int[] given)
    {
        var device = new DeviceState(Report(), clock, new GivenIndex());
        device.Update(Report());
        device.NextDispatch();
        foreach (int candidate in given) device.Give("g", candidate);
        return device;
    }
}
