using System.Diagnostics;
using ClipGen.Cluster.Clustering;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Models.Bundles;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Sampling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace ClipGen.Silo.Loading;

/// <summary>
/// Loads this silo's devices while the silo runs already. A device joins once it has its bundle and has reproduced its known answer;
/// one that fails it later is taken out.
/// </summary>
internal sealed partial class DeviceLoader(
    DeviceRegistry registry, SamplerTable samplers, DeviceReporter reporter, LoadProgress progress,
    IOptions<DeviceOptions> devices, IOptions<EngineOptions> engine, IOptions<SimulatedDeviceOptions> simulation, IOptions<ClusterOptions> cluster,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DeviceLoader> logger) : BackgroundService
{
    private readonly List<IDeviceEngine> _engines = [];
    private readonly KnownAnswerFile _answers = new(devices.Value.DataFolder ?? cluster.Value.DataFolder);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var wanted = Wanted().ToList();
            progress.Begin(wanted.Count);
            foreach (var (name, start) in wanted)
            {
                long began = Stopwatch.GetTimestamp();
                var loaded = await start(stoppingToken);
                _engines.Add(loaded);
                await CheckAsync(loaded, stoppingToken);
                registry.Add(loaded);
                progress.Loaded(name);
                LogReady(loaded.Device.Name, loaded.Model.Name, Stopwatch.GetElapsedTime(began).TotalSeconds);
                await reporter.ReportAsync();
            }
            await WatchAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
        catch (Exception e)
        {
            // A silo without the devices it was started for is of no use: whoever started it is to see that it has failed.
            LogNotLoaded(e);
            progress.Fail(e.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var loaded in _engines) loaded.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _engines.Clear();
    }

    private IEnumerable<(string Name, Func<CancellationToken, Task<IDeviceEngine>> Start)> Wanted()
    {
        var options = devices.Value;
        string[] names = options.Names.Count > 0 ? [.. options.Names.Distinct(StringComparer.Ordinal)] : ["auto"];
        foreach (string text in names)
        {
            var name = DeviceName.Parse(text);
            if (name.Kind == "sim")
            {
                for (int i = 0; i < (name.Number ?? 1); i++)
                {
                    int index = i;
                    yield return ($"sim:{index}", _ => Task.FromResult<IDeviceEngine>(new SimulatedDevice(index, simulation.Value, time)));
                }
                continue;
            }
            foreach (var device in TorchDevices.Of(name))
            {
                foreach (string model in options.Models.Count > 0 ? options.Models.Distinct(StringComparer.Ordinal) : ["shapes"])
                {
                    var bundle = ModelBundle.Open(model);
                    yield return ($"{device} {bundle.Manifest.Name}", async token => await DeviceEngine.StartAsync(bundle, device, engine.Value, token));
                }
            }
        }
    }

    private async Task CheckAsync(IDeviceEngine loaded, CancellationToken cancellationToken)
    {
        string? known = _answers.Find(loaded.Model.Digest, loaded.Device.Kind);
        string answer = await KnownAnswer.CheckAsync(loaded, known, cancellationToken);
        if (known is null) _answers.Establish(loaded.Model.Digest, loaded.Device.Kind, answer);
    }

    /// <summary>Checks every device now and then; one that answers otherwise is out of service until the silo is started again.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        if (devices.Value.CheckEvery == TimeSpan.Zero) return;
        using var timer = new PeriodicTimer(devices.Value.CheckEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var sampler in samplers.All.Where(s => s.Trouble is null))
            {
                try
                {
                    await CheckAsync(registry.Find(sampler.Key.Device, sampler.Model)!, cancellationToken);
                }
                catch (EngineBusyException)
                {
                    // That is no answer; it is asked again next time.
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogTakenOut(e, sampler.Key.ToString(), sampler.Model);
                    sampler.Trouble = e.Message;
                    await reporter.ReportAsync();
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Device {Device} has model {Model}, ready after {Seconds:F1} s")]
    private partial void LogReady(string device, string model, double seconds);

    [LoggerMessage(LogLevel.Critical, "The devices could not be loaded; the silo stops")]
    private partial void LogNotLoaded(Exception exception);

    [LoggerMessage(LogLevel.Error, "Device {Device} with model {Model} is taken out of service")]
    private partial void LogTakenOut(Exception exception, string device, string model);
}
