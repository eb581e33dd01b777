using ClipGen.Engine.Devices;
using ClipGen.Silo.Sampling;
using ClipGen.Silo.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipGen.Silo.Loading;

/// <summary>
/// Has every device reproduce its known answer now and then, and one that is out of service again and again, with longer and longer
/// waits, until it does: then it is back.
/// </summary>
internal sealed partial class DeviceWatch(
    SamplerTable samplers, KnownAnswerFile answers, SiloInstruments instruments, IOptions<DeviceOptions> options, TimeProvider time, ILogger<DeviceWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Dictionary<DeviceSampler, Checks> _checks = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var device in samplers.All) Look(device, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private void Look(DeviceSampler device, CancellationToken cancellationToken)
    {
        if (!_checks.TryGetValue(device, out var checks)) _checks.Add(device, checks = new() { At = time.GetTimestamp() });
        var wait = device.Health.Trouble is not null ? options.Value.Recheck(checks.Failures) : options.Value.CheckEvery;
        bool due = wait > TimeSpan.Zero && time.GetElapsedTime(checks.At) >= wait;
        // One device that hangs must not keep the others from being looked at.
        if (due && checks.Latest.IsCompleted) checks.Latest = CheckAsync(device, checks, cancellationToken);
    }

    private async Task CheckAsync(DeviceSampler device, Checks checks, CancellationToken cancellationToken)
    {
        bool troubled = device.Health.Trouble is not null;
        try
        {
            string? known = answers.Find(device.Engine.Model.Digest, device.Engine.Device.Kind);
            // Where none has been established, there is nothing to compare with; but a device in trouble must at least get through.
            if (known is null && !troubled) return;
            await KnownAnswer.CheckAsync(device.Engine, known, cancellationToken);
            checks.Failures = 0;
            instruments.Checked(device.Key, passed: true);
            if (!troubled) return;
            device.Health.BringBack();
            LogBack(device.Key.ToString(), device.Model);
        }
        catch (EngineBusyException)
        {
            // That is no answer; it is asked again next time.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            checks.Failures++;
            instruments.Checked(device.Key, passed: false);
            LogOut(e, device.Key.ToString(), device.Model);
            device.Health.TakeOut(e.Message);
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
        finally
        {
            checks.At = time.GetTimestamp();
        }
    }

    [LoggerMessage(LogLevel.Error, "Device {Device} with model {Model} is out of service")]
    private partial void LogOut(Exception exception, string device, string model);

    [LoggerMessage(LogLevel.Information, "Device {Device} with model {Model} is back in service")]
    private partial void LogBack(string device, string model);

    private sealed class Checks
    {
        public required long At { get; set; }

        public int Failures { get; set; }

        public Task Latest { get; set; } = Task.CompletedTask;
    }
}
