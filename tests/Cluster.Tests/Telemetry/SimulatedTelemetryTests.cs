using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ClipGen.Cluster.Telemetry;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Telemetry;

/// <summary>Device time and steps, on devices that take no other than they say.</summary>
public sealed class SimulatedTelemetryTests : IAsyncLifetime
{
    private readonly string _silo = $"silo-{Guid.NewGuid():N}";   // tells this test's measurements from others'
    private readonly ConcurrentBag<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = [];
    private readonly ConcurrentBag<Activity> _spans = [];
    private readonly MeterListener _meters = new();
    private readonly TemporaryFolder _folder = new();
    private readonly SimulatedDeviceOptions _options = new() { Slots = 200, StepTime = 0.01, CodesPerImage = 100 };
    private ActivityListener? _listener;
    private SimulatedDevice _device = null!;
    private EmbeddedCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("ClipGen.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<double>((i, value, tags, _) => _measured.Add((i.Name, value, tags.ToArray().ToDictionary())));
        _meters.SetMeasurementEventCallback<long>((i, value, tags, _) => _measured.Add((i.Name, value, tags.ToArray().ToDictionary())));
        _meters.Start();
        _listener = new()
        {
            ShouldListenTo = source => source.Name.StartsWith("ClipGen.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Add,
        };
        ActivitySource.AddActivityListener(_listener);
        _device = new(0, _options);
        _cluster = await EmbeddedCluster.StartAsync(
            new() { ImageFolder = _folder["images"], SiloName = _silo, ConfigureServices = services => services.Configure<TelemetryOptions>(o => o.BatchStepEvery = 20) }, [_device], Sut.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _device.DisposeAsync();
        _meters.Dispose();
        _listener?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Device_time_is_all_somebodys_and_adds_up_to_the_steps_that_were_taken()
    {
        await Draw("one", 1, 12);
        await Task.WhenAll(Draw("one", 2, 30), Draw("two", 3, 10), Cancel("three", 4, 20));

        Assert.All(["one", "two", "three"], tenant => Assert.True(Of("clipgen.device.time").Where(m => Equals(m.Tags["clipgen.tenant"], tenant)).Sum(m => m.Value) > 0, tenant));
        double charged = Of("clipgen.device.time").Sum(m => m.Value);
        // Four prompts, and the candidates of three of them.
        double busy = Of("clipgen.step.duration").Sum(m => m.Value) + (4 * _options.EncodeTime) + ((12 + 30 + 10) * _options.DecodeTime);
        Assert.Equal(1, charged / busy, 0.02);
        Assert.Contains(_measured, m => m.Name == "clipgen.steps.wasted" && m.Value > 0 && Equals(m.Tags["reason"], "cancelled"));
        Assert.All(Of("clipgen.batch.size"), m => Assert.InRange(m.Value, 1, 60));
    }

    [Fact]
    public async Task A_step_is_a_trace_of_its_own_that_links_to_every_candidate_it_served()
    {
        await Draw("one", 1, 150);

        var steps = _spans.Where(s => s.OperationName == "clipgen.batch_step" && Equals(s.GetTagItem("clipgen.silo"), _silo)).ToList();
        var samples = _spans.Where(s => s.OperationName == "clipgen.sample" && Equals(s.GetTagItem("clipgen.silo"), _silo)).ToList();
        Assert.Equal(150, samples.Count);
        Assert.All(steps, s => Assert.Equal((default, 200), (s.ParentSpanId, s.GetTagItem("clipgen.batch.capacity"))));
        Assert.DoesNotContain(steps, s => samples.Any(sample => sample.TraceId == s.TraceId));
        // A step that served more than 128 comes in two parts, for exporters cut off what goes beyond.
        Assert.All(steps, s => Assert.InRange(s.Links.Count(), 1, 128));
        Assert.All(steps.GroupBy(s => s.StartTimeUtc), parts => Assert.Equal((int)parts.First().GetTagItem("clipgen.batch.active")!, parts.Sum(part => part.Links.Count())));
        Assert.Contains(steps, s => (int)s.GetTagItem("clipgen.batch.active")! > 128);
        Assert.Equal(samples.Select(s => s.SpanId.ToHexString()).Order(), steps.SelectMany(s => s.Links).Select(l => l.Context.SpanId.ToHexString()).Distinct().Order());
    }

    private List<(string Name, double Value, Dictionary<string, object?> Tags)> Of(string name) => [.. _measured.Where(m => m.Name == name && Equals(m.Tags.GetValueOrDefault("clipgen.silo"), _silo))];

    private async Task<IGenerationGrain> Submit(string tenant, ulong seed, int candidates)
    {
        var gateway = _cluster.Grains.GetGrain<IGatewayGrain>("sim");
        var request = GenerationRequest.Create(new() { Prompt = "a red circle", Seed = seed, Candidates = candidates }, await gateway.DescribeAsync());
        return _cluster.Grains.GetGrain<IGenerationGrain>((await gateway.SubmitAsync(new() { Request = request, Tenant = tenant })).Id);
    }

    private async Task Draw(string tenant, ulong seed, int candidates) => Assert.Equal(GenerationState.Completed, (await Sut.Watch(await Submit(tenant, seed, candidates)))[^1].Status.State);

    private async Task Cancel(string tenant, ulong seed, int candidates)
    {
        var generation = await Submit(tenant, seed, candidates);
        await foreach (var e in generation.WatchAsync(0, Sut.Token))
        {
            if (e.Kind == GenerationEventKind.Sampling) await generation.CancelAsync();
        }
        // Its candidates leave the device within a step, after it has ended.
        while (Of("clipgen.device.time").Count(m => Equals(m.Tags["clipgen.tenant"], tenant)) < 1 + candidates) await Task.Delay(5, Sut.Token);
    }
}
