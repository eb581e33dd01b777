using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace ClipGen.Cluster.Telemetry;

public static class ClipGenTelemetryExtensions
{
    // Orleans' runtime source is left out: it makes a trace of its own for every timer of every silo.
    private static readonly string[] Sources = ["ClipGen.*", "Microsoft.Orleans.Application", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Storage"];

    /// <summary>
    /// Sends traces and metrics by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is configured; otherwise does nothing at all.
    /// Calling twice is harmless.
    /// </summary>
    public static IHostApplicationBuilder AddClipGenTelemetry(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) return builder;
        if (builder.Services.Any(s => s.ServiceType == typeof(Added))) return builder;
        builder.Services.AddSingleton<Added>();
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
            {
                if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_SERVICE_NAME"])) resource.AddService("clipgen");
            })
            .WithTracing(tracing => tracing.AddSource(Sources))
            .WithMetrics(metrics => metrics.AddMeter("ClipGen.*", "Microsoft.Orleans"))
            .UseOtlpExporter();
        return builder;
    }

    private sealed class Added;
}
