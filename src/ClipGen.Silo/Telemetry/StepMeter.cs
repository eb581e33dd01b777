using System.Diagnostics;
using ClipGen.Cluster.Placement;
using ClipGen.Engine.Telemetry;

namespace ClipGen.Silo.Telemetry;

/// <summary>
/// A device's steps as metrics, and one of every so many as a span. A step serves many requests, so its span is the root of a trace of its
/// own and links to theirs.
/// </summary>
/// <param name="every">Of how many steps one gets a span; 0 for none.</param>
internal sealed class StepMeter(SiloInstruments instruments, DeviceKey device, int every, TimeProvider time) : IStepObserver
{
    /// <summary>Links that a span may have before exporters cut the rest off: with more, a step gets several spans.</summary>
    private const int LinksPerSpan = 128;

    private readonly KeyValuePair<string, object?>[] _tags = SiloInstruments.Tags(device);
    private long _steps;

    public bool WantsSpans(int steps) => every > 0 && SiloTelemetry.Source.HasListeners() && _steps / every != (_steps + steps) / every;

    public void Stepped(in StepReport report)
    {
        _steps += report.Steps;
        instruments.Stepped(report.Steps, report.Active, report.Seconds, _tags);
        if (report.Spans is { Count: > 0 }) Trace(report);
    }

    private void Trace(in StepReport report)
    {
        // Whoever happens to be current here is served beside others.
        var current = Activity.Current;
        Activity.Current = null;
        try
        {
            var ended = time.GetUtcNow();
            foreach (var served in report.Spans!.Chunk(LinksPerSpan))
            {
                using var span = SiloTelemetry.Source.StartActivity(
                    "clipgen.batch_step", ActivityKind.Internal, parentContext: default, _tags, served.Select(link => new ActivityLink(link)), ended - TimeSpan.FromSeconds(report.Seconds));
                span?.SetTag("clipgen.batch.active", report.Active).SetTag("clipgen.batch.capacity", report.Capacity).SetEndTime(ended.UtcDateTime);
            }
        }
        finally
        {
            Activity.Current = current;
        }
    }
}
