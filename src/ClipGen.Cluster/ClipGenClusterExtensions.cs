using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Hosting;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Prompts;
using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster;

public static class ClipGenClusterExtensions
{
    /// <summary>What gateways, generations and placement need on every silo. Calling twice is harmless.</summary>
    public static ISiloBuilder UseClipGenCluster(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        if (services.Any(s => s.ServiceType == typeof(ClusterInstruments))) return silo;

        services.AddSingleton<ClusterInstruments>();
        services.AddSettings<TelemetryOptions>(TelemetryOptions.SectionName);
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ShutdownClock>();
        services.TryAddSingleton<ISiloRole, GatewayOnly>();
        services.AddQueueOptions();
        services.AddSettings<GenerationOptions>(GenerationOptions.SectionName);
        services.AddSingleton<IValidateOptions<GenerationOptions>, GenerationOptionsValidator>();
        services.AddSettings<PromptImageOptions>(PromptImageOptions.SectionName);
        services.AddSingleton<IValidateOptions<PromptImageOptions>, PromptImageOptionsValidator>();
        services.AddImageStore();
        silo.AddPlacementDirector<DevicePlacement, DevicePlacementDirector>();
        silo.AddActivityPropagation();   // doing this twice would double every span
        return silo;
    }
}
