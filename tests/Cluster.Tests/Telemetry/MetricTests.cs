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
            if (instrument.Meter.Name is "ClipGen.Cluster" or "ClipGen.Silo") listener.EnableMeasurementEvents(instrument);
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
        Assert.Equal((3, "completed"), (Assert.Single(Of("clipgen.images"), m => m.Value > 0).Value, Assert.Single(Of("clipgen.images"), m => m.Value > 0).Tags["outcome"]));
        // Those that have not happened are there as well.
        Assert.Equal(["cancelled", "completed", "failed"], Of("clipgen.images").Select(m => (string)m.Tags["outcome"]!).Distinct().Order());
        Assert.Equal(8 * 64, Of("clipgen.tokens").Sum(m => m.Value));
        Assert.Equal(8, Of("clipgen.rerank.score").Count);
        Assert.Single(Of("clipgen.queue.duration"));
        Assert.Single(Of("gen_ai.server.time_to_first_token"));
        Assert.Empty(Of("clipgen.first_preview.duration"));
        Assert.Contains(_measured, m => m.Name == "clipgen.device.time" && m.Tags.GetValueOrDefault("clipgen.silo") is "local" && m.Tags.GetValueOrDefault("hw.id") is "cpu:0");
    }

    [Fact]
    public async Task A_preview_is_timed_and_what_waits_is_counted()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(new FakeEngine(model: _model) { Hold = hold.Task });
        var generation = await sut.Submit(new Submission { Request = await sut.Request(model: _model, candidates: 12), Previews = 1 });
        while (Of("clipgen.queue.depth").Sum(m => m.Value) != 8) await Task.Delay(5, Sut.Token);
        await foreach (var e in generation.WatchAsync(0, Sut.Token))
        {
            if (e.Kind == GenerationEventKind.Preview) hold.SetResult();
        }

        Assert.Single(Of("clipgen.first_preview.duration"));
        while (Of("clipgen.queue.depth").Sum(m => m.Value) != 0) await Task.Delay(5, Sut.Token);
        Assert.Single(Of("clipgen.eta.error"));
        Assert.Equal(12, Of("gen_ai.server.time_per_output_token").Count);
    }

    [Fact]
    public async Task A_failed_generation_is_counted_with_its_error()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(model: _model) { DecodeFailure = new InvalidOperationException("No.") });
        await sut.Draw(await sut.Request(model: _model));

        Assert.Equal("System.InvalidOperationException", Assert.Single(Of("gen_ai.server.request.duration")).Tags["error.type"]);
        Assert.Equal("failed", Assert.Single(Of("clipgen.images"), m => m.Value > 0).Tags["outcome"]);
        Assert.Empty(Of("clipgen.rerank.score"));
    }

    private List<(string Name, double Value, Dictionary<string, object?> Tags)> Of(string name) =>
        [.. _measured.Where(m => m.Name == name && Equals(m.Tags.GetValueOrDefault("gen_ai.request.model"), _model))];

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Add((instrument.Name, value, tags.ToArray().ToDictionary()));
}
