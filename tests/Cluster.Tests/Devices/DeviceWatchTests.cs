using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Loading;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Devices;

/// <summary>Devices that fail while they are in service. Real time passes: a check is due every second.</summary>
public sealed class DeviceWatchTests
{
    [Fact]
    public async Task A_device_that_keeps_failing_is_out_of_service_until_it_works_again()
    {
        FakeEngine good = new(0), bad = new(1) { Broken = new InvalidOperationException("Fell off the bus.") };
        await using var sut = await Sut.CreateSut(good, bad);

        ulong seed = 0;
        while ((await sut.Status()).Devices[1].Trouble is null)
            Assert.Equal(GenerationState.Completed, (await sut.Draw(await sut.Request(seed: ++seed)))[^1].Status.State);
        var device = (await sut.Status()).Devices[1];
        Assert.Contains("Fell off the bus.", device.Trouble);
        Assert.Equal(0, device.Free);

        bad.Broken = null;
        await sut.Until(s => s.Devices[1].Trouble is null);
        int sampled = bad.Sampled;
        await sut.Draw(await sut.Request(seed: ++seed, candidates: 16));
        Assert.True(bad.Sampled > sampled);
    }

    [Fact]
    public async Task A_device_that_gives_another_answer_is_out_of_service_until_it_gives_the_right_one()
    {
        using var folder = new TemporaryFolder();
        FakeEngine engine = new();
        var answers = new KnownAnswerFile(folder.Path);
        answers.Establish(engine.Model.Digest, engine.Device.Kind, new string('0', 64));
        await using var sut = await Sut.CreateSut(
            services => services.Configure<DeviceOptions>(o => (o.CheckEvery, o.DataFolder) = (TimeSpan.FromSeconds(1), folder.Path)), [engine]);

        await sut.Until(s => s.Devices[0].Trouble is not null);
        answers.Establish(engine.Model.Digest, engine.Device.Kind, await KnownAnswer.ComputeAsync(engine, Sut.Token));
        await sut.Until(s => s.Devices[0].Trouble is null);

        Assert.Equal(GenerationState.Completed, (await sut.Draw(await sut.Request()))[^1].Status.State);
    }

    [Fact]
    public async Task What_a_device_that_hangs_has_begun_is_drawn_by_another_one()
    {
        TaskCompletionSource hang = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FakeEngine good = new(0), hung = new(1) { Hang = hang.Task };
        await using var sut = await Sut.CreateSut(
            services => services.Configure<DeviceOptions>(o => (o.CheckAfterSilence, o.CheckTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))), [good, hung]);

        var request = await sut.Request(candidates: 8);
        var end = (await sut.Draw(request))[^1].Status;
        // Not all that it samples: on a busy machine it may be silent for a second as well, and has to give its known answer.
        Assert.Equal((GenerationState.Completed, 8), (end.State, good.Begun.Count(seed => seed == request.Seed)));
        Assert.Contains("within 1 s", (await sut.Status()).Devices[1].Trouble);

        hung.Hang = Task.CompletedTask;
        hang.SetResult();
        await sut.Until(s => s.Devices[1].Trouble is null);
    }

    [Fact]
    public void Checks_of_a_device_that_stays_out_of_service_become_rarer()
    {
        DeviceOptions options = new();
        Assert.Equal([1, 2, 4, 8, 256, 300, 300], new[] { 0, 1, 2, 3, 8, 9, 1000 }.Select(n => options.Recheck(n).TotalSeconds));
    }
}
