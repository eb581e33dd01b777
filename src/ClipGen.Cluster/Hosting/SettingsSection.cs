using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Hosting;

/// <summary>Settings from a section of the configuration. A value of another type is a failure like any other.</summary>
public static class SettingsSection
{
    /// <summary>Options that are bound to a section and checked before anything starts.</summary>
    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section) where T : class =>
        services.AddOptions<T>().Configure<IConfiguration>((options, configuration) => Bind(configuration, section, options)).ValidateOnStart();

    /// <param name="strict">Keys that there are not are failures, too.</param>
    /// <exception cref="OptionsValidationException">A value is of another type, or a key is unknown.</exception>
    public static T Bind<T>(IConfiguration configuration, string section, T options, bool strict = false) where T : class
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            configuration.GetSection(section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = strict);
            return options;
        }
        catch (InvalidOperationException e)
        {
            throw new OptionsValidationException(section, typeof(T), [$"{section} cannot be read: {e.Message}"]);
        }
    }
}
