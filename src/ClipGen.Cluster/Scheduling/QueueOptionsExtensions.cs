using ClipGen.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Scheduling;

internal static class QueueOptionsExtensions
{
    /// <summary>Binds <see cref="QueueOptions"/> and checks them at the start. Calling twice is harmless.</summary>
    public static IServiceCollection AddQueueOptions(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSettings<QueueOptions>(QueueOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<QueueOptions>, QueueOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<QueueOptions>, QueueTenantsValidator>());
        return services;
    }
}
