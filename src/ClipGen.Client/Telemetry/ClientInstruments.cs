using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace ClipGen.Client.Telemetry;

/// <summary>The SDK's spans and metrics, source and meter <c>ClipGen.Client</c>, named as OpenTelemetry's GenAI conventions do.</summary>
internal sealed class ClientInstruments
{
    public const string Name = "ClipGen.Client";

    private static readonly ActivitySource Source = new(Name);
    private readonly Histogram<double> _duration;

    public ClientInstruments(IMeterFactory meters) => _duration = meters.Create(Name).CreateHistogram(
        "gen_ai.client.operation.duration",
        "s",
        "From the call to the generation's end, as the caller sees it.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });

    public ClientOperation Begin(GenerateRequest request, bool stream)
    {
        var span = Source.StartActivity(request.Model is null ? "generate_content" : $"generate_content {request.Model}", ActivityKind.Client)
            ?.SetTag("gen_ai.operation.name", "generate_content")
            .SetTag("gen_ai.provider.name", "clipgen")
            .SetTag("gen_ai.request.model", request.Model)
            .SetTag("gen_ai.output.type", "image")
            .SetTag("gen_ai.request.choice.count", request.Keep is null or 1 ? null : request.Keep)
            .SetTag("gen_ai.request.seed", request.Seed is { } seed ? seed <= long.MaxValue ? (long)seed : seed.ToString(CultureInfo.InvariantCulture) : null)
            .SetTag("gen_ai.request.top_k", request.TopK)
            .SetTag("gen_ai.request.top_p", request.TopP)
            .SetTag("gen_ai.request.temperature", request.Temperature)
            .SetTag("gen_ai.request.stream", stream ? true : null);
        return new(span, _duration, request.Model);
    }
}
