using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;

namespace ClipGen.Cluster.Clustering;

/// <summary>
/// Remembers what Orleans calls a grain interface: it finds that out anew, by reflection and by parsing names, each time that anyone asks for a
/// grain. Asked before Orleans' own providers, it has these answer once for each interface.
/// </summary>
internal sealed class KnownInterfaceTypes(IServiceProvider services) : IGrainInterfaceTypeProvider
{
    private readonly ConcurrentDictionary<Type, GrainInterfaceType> _known = [];

    /// <summary>Calling twice is harmless.</summary>
    public static void Use(IServiceCollection services)
    {
        if (services.Any(s => s.ImplementationType == typeof(KnownInterfaceTypes))) return;
        services.Insert(0, ServiceDescriptor.Singleton<IGrainInterfaceTypeProvider, KnownInterfaceTypes>());
    }

    public bool TryGetGrainInterfaceType(Type type, out GrainInterfaceType grainInterfaceType)
    {
        grainInterfaceType = _known.GetOrAdd(type, Find);
        return true;
    }

    private GrainInterfaceType Find(Type type)
    {
        foreach (var provider in services.GetServices<IGrainInterfaceTypeProvider>())
        {
            if (provider is not KnownInterfaceTypes && provider.TryGetGrainInterfaceType(type, out var found)) return found;
        }
        return services.GetRequiredService<GrainInterfaceTypeResolver>().GetGrainInterfaceTypeByConvention(type);
    }
}
