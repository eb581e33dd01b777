using System.Diagnostics;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;

namespace ClipGen.Silo.Telemetry;

/// <summary>The spans of stages, made where the stages run.</summary>
internal static class SiloTelemetry
{
    public static readonly ActivitySource Source = new("ClipGen.Silo");

    public static Activity? Start(string name, string stage, DeviceKey device, DateTimeOffset startTime = default) => StageTrace.Start(Source, name, stage, startTime)
        ?.SetTag("clipgen.silo", device.Silo)
        .SetTag("hw.id", device.Device);
}
