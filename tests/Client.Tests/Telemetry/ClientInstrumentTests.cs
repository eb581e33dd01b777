using System.Diagnostics.Metrics;
using ClipGen.Client.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Client.Tests.Telemetry;

/// <summary>Dashboards are written against these: a name, a unit or a boundary is not changed by the way.</summary>
public sealed class ClientInstrumentTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_call_is_timed_under_the_conventions_name_with_how_it_ended(bool fails)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var measured = new List<(Instrument Instrument, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == factory) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured.Add((instrument, tags.ToArray().ToDictionary())));
        listener.Start();

        using (var operation = new ClientInstruments(factory).Begin(new() { Prompt = "a secret marmot", Model = "shapes", Seed = 7 }, stream: false))
        {
            if (fails) operation.Fail(new ClipGenUnavailableException("Away.", "connection_failed"));
        }

        var (duration, tags) = Assert.Single(measured);
        Assert.Equal(("ClipGen.Client", "gen_ai.client.operation.duration", "s"), (duration.Meter.Name, duration.Name, duration.Unit));
        Assert.Equal([0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92], Assert.IsType<Histogram<double>>(duration).Advice!.HistogramBucketBoundaries!);
        var expected = new Dictionary<string, object?> { ["gen_ai.operation.name"] = "generate_content", ["gen_ai.provider.name"] = "clipgen", ["gen_ai.request.model"] = "shapes" };
        if (fails) expected["error.type"] = "connection_failed";
        Assert.Equal(expected, tags);
    }
}
