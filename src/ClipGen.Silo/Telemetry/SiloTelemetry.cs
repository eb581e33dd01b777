using System.Diagnostics;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;

namespace ClipGen.Silo.Telemetry;

/// <summary>The spans of stages, made where the stages run.</summary>
internal static class SiloTelemetry
{
    public static readonly ActivitySource Source = new(SiloInstruments.Name);

    public static Activity? Start(string name, string stage, DeviceKey device, DateTimeOffset startTime = default) => StageTrace.Start(Source, name, stage, startTime)
        ?.SetTag("clipgen.silo", device.Silo)
        .SetTag("hw.id", device.Device);

    /// <summary>A candidate's span, a child of its generation's, wherever that lives.</summary>
    public static Activity? StartSample(SampleWork work, int candidate, DeviceKey device)
    {
        ActivityContext.TryParse(work.Spec.TraceParent, null, isRemote: true, out var parent);
        return Source.StartActivity("clipgen.sample", ActivityKind.Internal, parent)
            ?.SetTag("clipgen.stage", "sample")
            .SetTag("clipgen.generation.id", work.GenerationId)
            .SetTag("clipgen.candidate.index", candidate)
            .SetTag("clipgen.silo", device.Silo)
            .SetTag("hw.id", device.Device)
            .SetTag("clipgen.attempt", work.Spec.Attempt == 0 ? null : work.Spec.Attempt);
    }
}
