using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using ClipGen.Client.Calls;
using ClipGen.Client.Http;
using ClipGen.Client.InCluster;
using ClipGen.Client.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ClipGen.Client;

/// <summary>Registers an <see cref="IClipGenClient"/>. A container has one: the first registration holds, and calling twice is harmless.</summary>
public static class ClipGenClientExtensions
{
    /// <summary>The HTTP transport's client in <see cref="IHttpClientFactory"/>, for handlers of your own: <c>services.AddHttpClient(HttpClientName)</c>.</summary>
    public const string HttpClientName = "ClipGen";

    /// <summary>Adds a client that speaks HTTP to a gateway.</summary>
    public static IServiceCollection AddClipGenClient(this IServiceCollection services, Action<ClipGenHttpOptions> configure)
    {
        // Per-call timeouts are the client's own: an event stream lasts as long as its generation.
        services.AddHttpClient(HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan);
        return services.AddClient(configure, (provider, options, time) => new HttpTransport(provider.GetRequiredService<IHttpClientFactory>(), options, time));
    }

    /// <summary>Adds a client that calls the grains of <paramref name="cluster"/>: an Orleans client or a silo's grain factory.</summary>
    public static IServiceCollection AddClipGenClient(this IServiceCollection services, IGrainFactory cluster, Action<ClipGenClusterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return services.AddClient(configure, (_, options, _) => new ClusterTransport(cluster, options));
    }

    /// <summary>Adds a client that calls the grains of the cluster that this host is a silo or an Orleans client of.</summary>
    public static IServiceCollection AddClipGenClusterClient(this IServiceCollection services, Action<ClipGenClusterOptions>? configure = null) =>
        services.AddClient(configure, (provider, options, _) => new ClusterTransport(provider.GetRequiredService<IGrainFactory>(), options));

    /// <summary>Adds the client as a Microsoft.Extensions.AI image generator.</summary>
    /// <param name="defaultModel">Taken when a call names none. Null: the only one that the cluster has.</param>
    [Experimental("MEAI001", UrlFormat = "https://aka.ms/dotnet-extensions-warnings/{0}")]
    public static IServiceCollection AddClipGenImageGenerator(this IServiceCollection services, string? defaultModel = null)
    {
        services.TryAddSingleton<IImageGenerator>(provider => new ClipGenImageGenerator(provider.GetRequiredService<IClipGenClient>(), defaultModel));
        return services;
    }

    private static IServiceCollection AddClient<TOptions>(
        this IServiceCollection services, Action<TOptions>? configure, Func<IServiceProvider, TOptions, TimeProvider, ITransport> transport)
        where TOptions : ClipGenClientOptions
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddMetrics();
        var options = services.AddOptions<TOptions>().ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, Validator<TOptions>>());
        services.TryAddSingleton<IClipGenClient>(provider =>
        {
            var chosen = provider.GetRequiredService<IOptions<TOptions>>().Value;
            var time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            return new ClipGenClient(
                transport(provider, chosen, time),
                new RetryPolicy(chosen, time, Random.Shared.NextDouble),
                new ClientInstruments(provider.GetRequiredService<IMeterFactory>()));
        });
        return services;
    }

    private sealed class Validator<TOptions> : IValidateOptions<TOptions>
        where TOptions : ClipGenClientOptions
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            string[] problems = [.. options.Problems()];
            return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}
