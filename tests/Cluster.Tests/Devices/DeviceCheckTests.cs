using System.Diagnostics.Metrics;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Loading;
using ClipGen.Silo.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGen.Cluster.Tests.Devices;

/// <summary>When a device is checked, and what becomes of one that does not answer. No time passes but the test's.</summary>
public sealed class DeviceCheckTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly FakeEngine _engine = new();
    private readonly DeviceHealth _health = new(limit: 3);
    private readonly DevicePulse _pulse;
    private readonly DeviceOptions _options = new();
    private readonly TemporaryFolder _folder = new();
    private readonly KnownAnswerFile _answers;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly TaskCompletionSource _hang = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DeviceCheckTests() => (_pulse, _answers) = (new(_clock), new(_folder.Path));

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_device_that_hangs_is_out_of_service_when_its_time_is_over_and_not_before()
    {
        var sut = await CreateSut();
        _engine.Hang = _hang.Task;

        Pass(sut, _options.CheckEvery);
        Assert.False(sut.Latest.IsCompleted);
        Pass(sut, _options.CheckTimeout - TimeSpan.FromTicks(1));
        Assert.Null(_health.Trouble);
        Pass(sut, TimeSpan.FromTicks(1));
        Assert.Equal("It has not reproduced its known answer within 120 s.", _health.Trouble);
    }

    [Fact]
    public async Task A_device_that_hangs_gets_no_second_check_and_is_back_once_it_answers_again()
    {
        var sut = await CreateSut();
        _engine.Hang = _hang.Task;
        Pass(sut, _options.CheckEvery);
        Pass(sut, _options.CheckTimeout);
        var hanging = sut.Latest;
        for (int i = 0; i < 10; i++) Pass(sut, _options.LongestRecheck);
        Assert.Same(hanging, sut.Latest);

        (_engine.Hang, int sampled) = (Task.CompletedTask, _engine.Sampled);
        _hang.SetResult();
        await sut.Latest;
        Assert.NotNull(_health.Trouble);   // that answer came too late
        Pass(sut, _options.Recheck(1));
        await sut.Latest;
        Assert.Null(_health.Trouble);
        Assert.Equal(sampled + 1, _engine.Sampled);
    }

    [Fact]
    public async Task A_device_that_lets_go_of_a_check_whose_time_is_over_is_checked_again_with_longer_waits()
    {
        var sut = await CreateSut();
        _engine.Hold = _hang.Task;
        Pass(sut, _options.CheckEvery);
        for (int failures = 1; failures <= 3; failures++)
        {
            Pass(sut, _options.CheckTimeout);
            await sut.Latest;
            Assert.NotNull(_health.Trouble);
            Pass(sut, _options.Recheck(failures) - TimeSpan.FromTicks(1));
            Assert.True(sut.Latest.IsCompleted);
            Pass(sut, TimeSpan.FromTicks(1));
            Assert.False(sut.Latest.IsCompleted);
        }
        Assert.Equal(3, _engine.Cancelled);
    }

    [Fact]
    public async Task Work_that_a_device_which_hangs_has_is_given_up_and_what_still_comes_as_well()
    {
        var sut = await CreateSut();
        _engine.Hang = _hang.Task;
        var work = _pulse.RunAsync(token => _engine.EncodeAsync("x", false, token), Sut.Token);
        Pass(sut, _options.CheckAfterSilence);
        Pass(sut, _options.CheckTimeout - TimeSpan.FromTicks(1));
        Assert.False(work.IsCompleted);
        Pass(sut, TimeSpan.FromTicks(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);

        var late = _pulse.RunAsync(token => _engine.EncodeAsync("y", false, token), Sut.Token);
        Pass(sut, TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
    }

    [Fact]
    public async Task A_device_that_does_none_of_its_work_is_checked_at_once()
    {
        var sut = await CreateSut();
        TaskCompletionSource<int> work = new();
        _ = _pulse.RunAsync(_ => work.Task, Sut.Token);

        Pass(sut, _options.CheckAfterSilence - TimeSpan.FromSeconds(1));
        _pulse.Beat();
        Pass(sut, TimeSpan.FromSeconds(2));
        Assert.Equal(0, _engine.Sampled - _known);

        Pass(sut, _options.CheckAfterSilence - TimeSpan.FromSeconds(2));
        await sut.Latest;
        Assert.Equal(1, _engine.Sampled - _known);
        Assert.Null(_health.Trouble);   // slow, but it can
        Pass(sut, _options.CheckAfterSilence - TimeSpan.FromTicks(1));
        Assert.Equal(1, _engine.Sampled - _known);   // not every second
    }

    [Fact]
    public async Task A_silent_device_that_takes_no_check_is_out_of_service_and_a_busy_one_is_not()
    {
        var sut = await CreateSut();
        _engine.Broken = new EngineBusyException("4096 jobs wait for the device already.");
        Pass(sut, _options.CheckEvery);
        await sut.Latest;
        Assert.Null(_health.Trouble);

        TaskCompletionSource<int> work = new();
        _ = _pulse.RunAsync(_ => work.Task, Sut.Token);
        Pass(sut, _options.CheckAfterSilence);
        await sut.Latest;
        Assert.Equal(_engine.Broken.Message, _health.Trouble);
    }

    [Fact]
    public async Task Checks_are_counted_by_their_outcome_and_one_that_does_not_end_has_failed()
    {
        var sut = await CreateSut();
        using var listener = new MeterListener();
        var outcomes = new List<object?>();
        listener.InstrumentPublished = (instrument, l) => { if (instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>() && instrument.Name == "clipgen.device.checks") l.EnableMeasurementEvents(instrument); };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => outcomes.Add(tags.ToArray().Single(tag => tag.Key == "outcome").Value));
        listener.Start();

        Pass(sut, _options.CheckEvery);
        await sut.Latest;
        _engine.Hang = _hang.Task;
        Pass(sut, _options.CheckEvery);
        Pass(sut, _options.CheckTimeout);
        Pass(sut, _options.CheckTimeout);
        _hang.SetResult();
        await sut.Latest;
        Assert.Equal(["passed", "failed"], outcomes);
    }

    [Fact]
    public async Task A_device_whose_answer_nobody_knows_is_not_checked_unless_it_is_silent()
    {
        var sut = await CreateSut(known: false);
        Pass(sut, _options.CheckEvery);
        Assert.True(sut.Latest.IsCompleted);
        Assert.Equal(0, _engine.Encoded);

        _engine.Hang = _hang.Task;
        _ = _pulse.RunAsync(token => _engine.EncodeAsync("x", false, token), Sut.Token);
        Pass(sut, _options.CheckAfterSilence);
        Pass(sut, _options.CheckTimeout);
        Assert.NotNull(_health.Trouble);
    }

    [Theory]
    [InlineData("00:00:00.5", "00:00:30", "CheckTimeout is 00:00:00.5000000; it must be a second to a day.")]
    [InlineData("2.00:00:00", "00:00:30", "CheckTimeout is 2.00:00:00; it must be a second to a day.")]
    [InlineData("00:02:00", "-00:00:01", "CheckAfterSilence is -00:00:01; it must be 0 (never) to a day.")]
    public void Times_that_cannot_be_meant_are_refused(string timeout, string silence, string says)
    {
        DeviceOptions options = new() { CheckTimeout = TimeSpan.Parse(timeout), CheckAfterSilence = TimeSpan.Parse(silence) };
        Assert.Equal([$"ClipGen:Devices:{says}"], new DeviceOptionsValidator().Validate(null, options).Failures!);
        Assert.True(new DeviceOptionsValidator().Validate(null, new()).Succeeded);
    }

    private int _known;

    private async Task<DeviceCheck> CreateSut(bool known = true)
    {
        if (known) _answers.Establish(_engine.Model.Digest, _engine.Device.Kind, await KnownAnswer.ComputeAsync(_engine, Sut.Token));
        _known = _engine.Sampled;
        return new(new("silo", "cpu:0"), _engine, _health, _pulse, _answers, new SiloInstruments(_services.GetRequiredService<IMeterFactory>()), _options, _clock, NullLogger<DeviceCheck>.Instance);
    }

    private void Pass(DeviceCheck sut, TimeSpan time)
    {
        _clock.Advance(time);
        sut.Look(Sut.Token);
    }
}
