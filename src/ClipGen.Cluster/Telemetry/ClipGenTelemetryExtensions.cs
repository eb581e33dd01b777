using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ClipGen.Cluster.Telemetry;

public static class ClipGenTelemetryExtensions
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", ServiceName = "OTEL_SERVICE_NAME";

    // Orleans' runtime source is left out: it makes a trace of its own for every timer of every silo.
    private static readonly string[] Sources = ["ClipGen.*", "Microsoft.Orleans.Application", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Storage"];

    private static readonly string[] Meters = ["ClipGen.*", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "System.Runtime"];

    /// <summary>
    /// Sends traces, metrics and logs by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is configured, as the other <c>OTEL_…</c> variables say;
    /// does nothing at all when it is not and nobody scrapes. Calling twice is harmless.
    /// </summary>
    /// <param name="scraped">Whether the process answers <c>/metrics</c>, so that metrics are kept for it.</param>
    public static IHostApplicationBuilder AddClipGenTelemetry(this IHostApplicationBuilder builder, bool scraped = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        bool sent = !string.IsNullOrWhiteSpace(builder.Configuration[Endpoint]);
        if (!sent && !scraped) return builder;
        if (builder.Services.Any(s => s.ServiceType == typeof(Added))) return builder;
        builder.Services.AddSingleton<Added>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => Name(resource, builder.Configuration[ServiceName]))
            .WithMetrics(metrics =>
            {
                metrics.AddClipGen();
                if (scraped) metrics.AddPrometheusExporter();
            });
        if (!sent) return builder;
        telemetry
            .WithTracing(tracing => tracing
                .AddClipGen()
                .AddAspNetCoreInstrumentation(http => http.Filter = context => context.Request.Path.StartsWithSegments("/v1")))
            .WithLogging(configureBuilder: null, logs => (logs.IncludeFormattedMessage, logs.IncludeScopes) = (true, false))
            .UseOtlpExporter();
        return builder;
    }

    /// <summary>
    /// Sends the spans of a program that has no host, as <see cref="AddClipGenTelemetry"/> would; null when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>
    /// is not in the environment. Disposing sends what has not been sent yet.
    /// </summary>
    public static IDisposable? StartClipGenTracing() => string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(Endpoint))
        ? null
        : Sdk.CreateTracerProviderBuilder().ConfigureResource(resource => Name(resource, Environment.GetEnvironmentVariable(ServiceName))).AddClipGen().AddOtlpExporter().Build();

    /// <summary>Listens to the spans of a request: ours and Orleans'.</summary>
    public static TracerProviderBuilder AddClipGen(this TracerProviderBuilder tracing) => tracing.AddSource(Sources);

    /// <summary>Listens to our meters, Orleans', the web server's and the runtime's.</summary>
    public static MeterProviderBuilder AddClipGen(this MeterProviderBuilder metrics) => metrics.AddMeter(Meters);

    private static void Name(ResourceBuilder resource, string? configured)
    {
        if (string.IsNullOrWhiteSpace(configured)) resource.AddService("clipgen");
    }

    private sealed class Added;
}
