using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

public static class FileImageStoreExtensions
{
    /// <summary>Keeps images in a folder unless another store was added before. Calling twice is harmless.</summary>
    public static IServiceCollection AddFileImageStore(this IServiceCollection services)
    {
        services.AddOptions<FileImageStoreOptions>().BindConfiguration(FileImageStoreOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FileImageStoreOptions>, FileImageStoreOptionsValidator>());
        services.TryAddSingleton<IImageStore, FileImageStore>();
        return services;
    }
}
