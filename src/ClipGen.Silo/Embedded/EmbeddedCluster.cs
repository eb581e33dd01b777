using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClipGen.Silo.Embedded;

/// <summary>
/// The whole cluster in one process: one silo that opens no port, so that any number of them can run beside each other.
/// Configuration comes from the environment (<c>CLIPGEN__*</c>, <c>OTEL_*</c>).
/// </summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    private static readonly TimeSpan ToBeHeard = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private int _disposed;

    private readonly string? _temporaryFolder;

    private EmbeddedCluster(IHost host, string? temporaryFolder) => (_host, _temporaryFolder) = (host, temporaryFolder);

    /// <summary>The way in: <c>Grains.GetGrain&lt;IGatewayGrain&gt;(model)</c>.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Where it keeps its images.</summary>
    public IImageStore Images => _host.Services.GetRequiredService<IImageStore>();

    /// <param name="engines">Loaded and ready; they stay the caller's, who disposes them after the cluster.</param>
    public static async Task<EmbeddedCluster> StartAsync(EmbeddedClusterOptions options, IReadOnlyList<IDeviceEngine> engines, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engines);
        string? temporary = options.DataFolder is null ? Directory.CreateTempSubdirectory("clipgen-").FullName : null;
        IHost? host = null;
        try
        {
            host = Build(options, options.DataFolder ?? temporary!, engines);
            await host.StartAsync(cancellationToken);
            // On a busy machine the first report may fail, and without one there is no model to ask for. If none gets through, the first request says why.
            if (engines.Count > 0) await host.Services.GetRequiredService<DeviceReporter>().Told.WaitAsync(ToBeHeard, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return new(host, temporary);
        }
        catch
        {
            // What led here is the failure to report; a host that has not got as far as its services cannot even be stopped.
            if (host is not null) await EndAsync(host).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Remove(temporary);
            throw;
        }
    }

    /// <summary>
    /// Stops in good order but without finishing anything: what still runs is cancelled and written down as handed over, so that a cluster
    /// on the same data folder goes on with it. Takes ten seconds at the most.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _host.Services.GetRequiredService<DeviceRegistry>().Stop();
        await EndAsync(_host);
        Remove(_temporaryFolder);
    }

    private static IHost Build(EmbeddedClusterOptions options, string dataFolder, IReadOnlyList<IDeviceEngine> engines)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(EnvironmentSettings.Read()).AddInMemoryCollection(options.Settings);
        // Whatever goes wrong reaches the caller as an exception or an event. What Orleans and the host would log besides is about
        // a small machine (no server GC) and about being stopped at once, as is meant here; it is there for who asks for details.
        builder.Logging.SetMinimumLevel(options.LogLevel < LogLevel.Warning ? options.LogLevel : LogLevel.Critical);
        builder.Logging.AddFilter("ClipGen", options.LogLevel);
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        options.ConfigureServices?.Invoke(builder.Services);

        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddClipGenSilo(engines);
        builder.Services.Configure<FileImageStoreOptions>(o => o.RootFolder = options.ImageFolder);
        builder.AddClipGenTelemetry();
        builder.UseOrleans(silo =>
        {
            silo.UseClipGenClustering(new ClusterOptions { ClusterId = "embedded", SiloName = options.SiloName, DataFolder = dataFolder, ShutdownGrace = TimeSpan.FromSeconds(10) });
            silo.UseClipGenGrains();
        });
        return SettingsCheck.Finish(builder.Build());
    }

    private static void Remove(string? temporaryFolder)
    {
        if (temporaryFolder is not null && Directory.Exists(temporaryFolder)) Directory.Delete(temporaryFolder, recursive: true);
    }

    /// <summary>Stops one that has only half started, too: disposed alone it would go on by half.</summary>
    private static async Task EndAsync(IHost host)
    {
        try
        {
            await host.StopAsync();
        }
        catch (OperationCanceledException)
        {
            // Its time was up: what could not be handed over is taken up again all the same.
        }
        finally
        {
            if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
            else host.Dispose();
        }
    }

    /// <summary>The program's own handling of Ctrl+C stays in force: the host installs none.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
