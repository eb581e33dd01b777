using ClipGen.Engine.Devices;
using ClipGen.Engine.Devices.Simulation;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>How often anything has to run at all. Sequences of 256 steps of 20 ms.</summary>
public sealed class SimulationClockTests
{
    private readonly ManualTime time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_devices_wake_the_clock_only_when_something_happens()
    {
        SimulatedDevice[] devices = [.. Enumerable.Range(0, 256).Select(i => new SimulatedDevice(i, new(), time))];
        var clock = SimulationClock.Of(time);
        int ended = 0, reports = 0;
        Task[] all = [.. devices.SelectMany(device => Enumerable.Range(0, 64).Select(i => device.SampleAsync(Job(i, device), Count, Stop)))];

        time.Advance(TimeSpan.FromSeconds(5.12));

        Assert.Equal((256 * 64, 256 * 64 * 20), (ended, reports));
        Assert.Equal(20, clock.WakeUps);
        await Task.WhenAll(all);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(20, clock.WakeUps);
        Assert.Equal(0, time.Pending);
        foreach (var device in devices) await device.DisposeAsync();

        void Count(int drawn)
        {
            reports++;
            if (drawn == 256) ended++;
        }
    }

    [Fact]
    public async Task Devices_that_nobody_watches_wake_the_clock_for_joins_and_ends_alone()
    {
        SimulatedDevice[] devices = [.. Enumerable.Range(0, 8).Select(i => new SimulatedDevice(i, new(), time))];
        var clock = SimulationClock.Of(time);
        var all = new List<Task<SampledCandidate>>();

        foreach (int pause in (int[])[0, 30, 500])
        {
            time.Advance(TimeSpan.FromMilliseconds(pause));
            all.AddRange(devices.Select(device => device.SampleAsync(Job(pause, device), null, Stop)));
        }
        time.Advance(TimeSpan.FromSeconds(10));

        // The first joins without being waited for; two joins and three ends are left, the same for all eight.
        Assert.Equal(5, clock.WakeUps);
        Assert.All(await Task.WhenAll(all), sampled => Assert.Equal(256, sampled.Codes.Length));
        foreach (var device in devices) await device.DisposeAsync();
    }

    private static SampleJob Job(int number, SimulatedDevice device) => new(new float[device.Model.EmbeddingSize], Seed: 1, Candidate: number, new(500, 0.95, 1));
}
