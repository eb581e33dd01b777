using ClipGen.Cluster;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Health;
using ClipGen.Cluster.Hosting;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Grains;
using ClipGen.Silo.Loading;
using ClipGen.Silo.Sampling;
using ClipGen.Silo.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClipGen.Silo;

public static class ClipGenSiloExtensions
{
    /// <summary>Gives a silo its devices; without it <see cref="UseClipGenGrains"/> runs a silo that has none.</summary>
    /// <param name="engines">Loaded and ready; they stay the caller's.</param>
    /// <param name="stages">What they are offered for. Default: everything.</param>
    public static IServiceCollection AddClipGenSilo(this IServiceCollection services, IReadOnlyList<IDeviceEngine> engines, DeviceStages stages = DeviceStages.All)
    {
        ArgumentNullException.ThrowIfNull(engines);
        services.TryAddSingleton(_ => new DeviceRegistry(engines, stages));
        services.TryAddSingleton<ISiloRole>(provider => provider.GetRequiredService<DeviceRegistry>());
        return services;
    }

    /// <summary>The stage grains and all they need. Calling twice is harmless.</summary>
    public static ISiloBuilder UseClipGenGrains(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddClipGenSilo([]);
        silo.UseClipGenCluster();
        silo.Services.TryAddSingleton<SiloInstruments>();
        silo.Services.TryAddSingleton<IGpuReader, NvmlGpus>();
        silo.Services.TryAddSingleton<SamplerTable>();
        silo.Services.TryAddSingleton<StageDevice>();
        if (silo.Services.Any(s => s.ServiceType == typeof(DeviceReporter))) return silo;
        silo.Services.AddSingleton<DeviceReporter>();
        silo.Services.AddSingleton(provider => new KnownAnswerFile(
            provider.GetRequiredService<IOptions<DeviceOptions>>().Value.DataFolder ?? provider.GetRequiredService<IOptions<ClusterOptions>>().Value.DataFolder));
        silo.Services.AddHostedService<DeviceWatch>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<DeviceReporter>());
        return silo;
    }

    /// <summary>
    /// Stage grains, and devices as configured (<see cref="DeviceOptions"/>), which are loaded once the silo runs. Calling twice is harmless.
    /// </summary>
    public static ISiloBuilder UseClipGenDevices(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        if (services.Any(s => s.ServiceType == typeof(LoadProgress))) return silo;
        services.AddSingleton<LoadProgress>();
        services.AddSettings<DeviceOptions>(DeviceOptions.SectionName);
        services.AddSingleton<IValidateOptions<DeviceOptions>, DeviceOptionsValidator>();
        services.AddSettings<EngineOptions>(EngineOptions.SectionName).ValidateDataAnnotations();
        services.AddSettings<SimulatedDeviceOptions>(SimulatedDeviceOptions.SectionName).ValidateDataAnnotations();
        services.AddSingleton(provider => new DeviceRegistry([], provider.GetRequiredService<IOptions<DeviceOptions>>().Value.OfferedStages, drawsHere: true));
        services.AddSingleton<ISiloRole>(provider => provider.GetRequiredService<DeviceRegistry>());
        services.AddHostedService<DeviceLoader>();
        services.AddSingleton<IReadiness, DeviceReadiness>();
        return silo.UseClipGenGrains();
    }
}
