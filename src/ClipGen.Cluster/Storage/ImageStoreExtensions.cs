using ClipGen.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

public static class ImageStoreExtensions
{
    /// <summary>Keeps images where the configuration says unless another store was added before. Calling twice is harmless.</summary>
    public static IServiceCollection AddImageStore(this IServiceCollection services)
    {
        services.AddSettings<FileImageStoreOptions>(FileImageStoreOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FileImageStoreOptions>, FileImageStoreOptionsValidator>());
        services.AddSettings<ImageStoreOptions>(ImageStoreOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ImageStoreOptions>, ImageStoreOptionsValidator>());
        services.TryAddSingleton<UnstoredImages>();
        services.TryAddSingleton<IImageStore>(provider => provider.GetRequiredService<IOptions<ImageStoreOptions>>().Value.IsBlob
            ? ActivatorUtilities.CreateInstance<BlobImageStore>(provider)
            : ActivatorUtilities.CreateInstance<FileImageStore>(provider));
        return services;
    }
}
