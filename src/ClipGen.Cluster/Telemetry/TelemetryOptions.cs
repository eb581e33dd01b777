using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Telemetry;

/// <summary>What is told of the work. Where it is sent to is a matter of OpenTelemetry's own <c>OTEL_…</c> variables.</summary>
public sealed class TelemetryOptions
{
    public const string SectionName = "ClipGen:Telemetry";

    /// <summary>Whether a generation's span carries its prompt. Default: false; no prompt is in any trace, metric or log.</summary>
    public bool CapturePrompts { get; set; }

    /// <summary>Of how many steps of a device one gets a span that links to the candidates it served; 0 for none. Default: 64.</summary>
    [Range(0, 1_000_000)] public int BatchStepEvery { get; set; } = 64;
}

[OptionsValidator]
internal sealed partial class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>;
