using ClipGen.Silo.Sampling;
using ClipGen.Silo.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipGen.Silo.Loading;

/// <summary>Looks after every device of the silo, second by second.</summary>
internal sealed class DeviceWatch(
    SamplerTable samplers, KnownAnswerFile answers, SiloInstruments instruments, IOptions<DeviceOptions> options, TimeProvider time, ILogger<DeviceCheck> logger)
    : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Dictionary<DeviceSampler, DeviceCheck> _checks = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var device in samplers.All) Of(device).Look(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private DeviceCheck Of(DeviceSampler device)
    {
        if (!_checks.TryGetValue(device, out var check))
            _checks.Add(device, check = new(device.Key, device.Engine, device.Health, device.Pulse, answers, instruments, options.Value, time, logger));
        return check;
    }
}
