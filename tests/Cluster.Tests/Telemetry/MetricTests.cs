using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Telemetry;

public sealed class MetricTests : IDisposable
{
    private readonly string _model = $"model-{Guid.NewGuid():N}";   // tells this test's measurements from others'
    private readonly ConcurrentBag<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = [];
    private readonly MeterListener _listener = new();

    public MetricTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "ClipGen.Cluster") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_completed_generation_is_counted()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(model: _model));
        await sut.Draw(await sut.Request(model: _model, candidates: 8, keep: 3));

        var request = Assert.Single(Of("gen_ai.server.request.duration"));
        Assert.False(request.Tags.ContainsKey("error.type"));
        Assert.Equal("generate_content", request.Tags["gen_ai.operation.name"]);
        Assert.Equal(["decode", "encode", "queue", "sample", "store"], Of("clipgen.stage.duration").Select(m => (string)m.Tags["clipgen.stage"]!).Order(StringComparer.Ordinal));
        Assert.Equal((3, "completed"), (Assert.Single(Of("clipgen.images")).Value, Of("clipgen.images")[0].Tags["outcome"]));
        Assert.Equal(8 * 64, Assert.Single(Of("clipgen.tokens")).Value);
        Assert.Equal(8, Of("clipgen.rerank.score").Count);
        Assert.Contains(_measured, m => m.Name == "clipgen.device.time" && m.Tags.GetValueOrDefault("clipgen.silo") is "local" && m.Tags.GetValueOrDefault("hw.id") is "cpu:0");
    }

    [Fact]
    public async Task A_failed_generation_is_counted_with_its_error()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(model: _model) { DecodeFailure = new InvalidOperationException("No.") });
        await sut.Draw(await sut.Request(model: _model));

        Assert.Equal("System.InvalidOperationException", Assert.Single(Of("gen_ai.server.request.duration")).Tags["error.type"]);
        Assert.Equal("failed", Assert.Single(Of("clipgen.images")).Tags["outcome"]);
        Assert.Empty(Of("clipgen.rerank.score"));
    }

    private List<(string Name, double Value, Dictionary<string, object?> Tags)> Of(string name) =>
        [.. _measured.Where(m => m.Name == name && Equals(m.Tags.GetValueOrDefault("gen_ai.request.model"), _model))];

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Add((instrument.Name, value, tags.ToArray().ToDictionary()));
}
