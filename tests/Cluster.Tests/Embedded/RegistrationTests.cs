using ClipGen.Cluster.Telemetry;
using ClipGen.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ClipGen.Cluster.Tests.Embedded;

public sealed class RegistrationTests
{
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });

    [Fact]
    public void Adding_the_grains_twice_adds_them_once() => _builder.UseOrleans(silo =>
    {
        silo.UseClipGenGrains();
        int services = silo.Services.Count;
        silo.UseClipGenGrains();
        Assert.Equal(services, silo.Services.Count);
    });

    [Fact]
    public void Nothing_is_exported_unless_an_endpoint_is_set()
    {
        _builder.AddClipGenTelemetry();
        using var services = _builder.Services.BuildServiceProvider();
        Assert.Null(services.GetService<TracerProvider>());
    }

    [Fact]
    public void Traces_and_metrics_are_exported_once_when_an_endpoint_is_set()
    {
        _builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://localhost:1";
        _builder.AddClipGenTelemetry();
        _builder.AddClipGenTelemetry();
        using var services = _builder.Services.BuildServiceProvider();
        Assert.NotNull(services.GetService<TracerProvider>());
        Assert.NotNull(services.GetService<MeterProvider>());
    }
}
