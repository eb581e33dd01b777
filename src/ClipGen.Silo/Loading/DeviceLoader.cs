using System.Diagnostics;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Models.Bundles;
using ClipGen.Silo.Devices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace ClipGen.Silo.Loading;

/// <summary>
/// Loads this silo's devices while the silo runs already. A device joins once it has its bundle and has reproduced its known answer.
/// </summary>
internal sealed partial class DeviceLoader(
    DeviceRegistry registry, DeviceReporter reporter, LoadProgress progress, KnownAnswerFile answers,
    IOptions<DeviceOptions> devices, IOptions<EngineOptions> engine, IOptions<SimulatedDeviceOptions> simulation,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DeviceLoader> logger) : BackgroundService
{
    private static readonly TimeSpan DisposePatience = TimeSpan.FromSeconds(5);

    private readonly List<IDeviceEngine> _engines = [];

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
        var disposed = Task.WhenAll(_engines.Select(loaded => loaded.DisposeAsync().AsTask()));
        _engines.Clear();
        try
        {
            disposed.WaitAsync(DisposePatience, time).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            LogHangs();   // and must not keep the process from ending
        }
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
        string? known = answers.Find(loaded.Model.Digest, loaded.Device.Kind);
        var limit = devices.Value.CheckTimeout;
        string answer;
        try
        {
            answer = await KnownAnswer.CheckAsync(loaded, known, cancellationToken).WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{loaded.Device.Name} has not computed the known answer of the model {loaded.Model.Name} within {limit.TotalSeconds:0.#} s ({DeviceOptions.SectionName}:{nameof(DeviceOptions.CheckTimeout)}).");
        }
        if (known is null) answers.Establish(loaded.Model.Digest, loaded.Device.Kind, answer);
    }

    [LoggerMessage(LogLevel.Information, "Device {Device} has model {Model}, ready after {Seconds:F1} s")]
    private partial void LogReady(string device, string model, double seconds);

    [LoggerMessage(LogLevel.Error, "A device hangs and is left behind")]
    private partial void LogHangs();

    [LoggerMessage(LogLevel.Critical, "The devices could not be loaded; the silo stops")]
    private partial void LogNotLoaded(Exception exception);
}
