using ClipGen.Cluster;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ClipGen.Silo;

public static class ClipGenSiloExtensions
{
    /// <summary>Gives a silo its devices; without it <see cref="UseClipGenGrains"/> runs a silo that has none.</summary>
    /// <param name="engines">Loaded and ready; they stay the caller's.</param>
    public static IServiceCollection AddClipGenSilo(this IServiceCollection services, IReadOnlyList<IDeviceEngine> engines)
    {
        ArgumentNullException.ThrowIfNull(engines);
        services.TryAddSingleton(_ => new DeviceRegistry(engines));
        return services;
    }

    /// <summary>The stage grains and all they need. Calling twice is harmless.</summary>
    public static ISiloBuilder UseClipGenGrains(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.UseClipGenCluster();
        silo.Services.AddClipGenSilo([]);
        silo.Services.TryAddSingleton<StageDevice>();
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, DeviceAnnouncement>());
        return silo;
    }
}
