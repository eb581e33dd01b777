using System.Collections.Concurrent;
using System.Diagnostics;
using ClipGen.Cluster.Telemetry;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Telemetry;

public sealed class TraceTests : IDisposable
{
    private const string Prompt = "a secret marmot under a bridge";

    private static readonly ActivitySource Tests = new("ClipGen.Cluster.Tests");

    private readonly ConcurrentBag<Activity> _stopped = [];
    private ActivityListener? _listener;

    public void Dispose() => _listener?.Dispose();

    // The sources that AddClipGenTelemetry subscribes to, with and without Orleans' own spans.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_is_one_trace(bool orleans)
    {
        Listen(orleans);
        await using var sut = await Sut.CreateSut(new FakeEngine(0), new FakeEngine(1));
        var request = await sut.Request(Prompt, candidates: 4, keep: 2);
        using var root = Tests.StartActivity("test");

        var end = (await sut.Draw(request))[^1].Status;

        var all = _stopped.ToList();
        var generation = all.Single(a => a.DisplayName == "generate_content fake" && Equals(a.GetTagItem("gen_ai.response.id"), end.Id));
        if (orleans) Assert.Equal(root!.TraceId, generation.TraceId);
        var trace = all.Where(a => a.TraceId == generation.TraceId).ToDictionary(a => a.SpanId);
        var ours = trace.Values.Where(a => a.Source.Name is "ClipGen.Cluster" or "ClipGen.Silo").ToList();
        Assert.Equal(
            ["clipgen.decode", "clipgen.queue", "clipgen.rerank", "clipgen.sample", "clipgen.sample", "clipgen.sample", "clipgen.sample", "clipgen.store", "embeddings fake", "generate_content fake"],
            ours.Select(a => a.DisplayName).Order(StringComparer.Ordinal));
        foreach (var stage in ours.Where(a => a != generation))
        {
            Assert.Contains(generation, Ancestors(stage, trace));
            Assert.Equal(end.Id, stage.GetTagItem("clipgen.generation.id"));
            Assert.InRange(stage.StartTimeUtc, generation.StartTimeUtc.AddMilliseconds(-50), generation.StartTimeUtc + generation.Duration + TimeSpan.FromMilliseconds(50));
        }
        Assert.Equal([0, 1, 2, 3], ours.Where(a => a.DisplayName == "clipgen.sample").Select(a => (int)a.GetTagItem("clipgen.candidate.index")!).Order());
        Assert.Equal(["cpu:0", "cpu:1"], ours.Where(a => a.DisplayName == "clipgen.sample").Select(a => (string)a.GetTagItem("hw.id")!).Distinct().Order());
        Assert.All(ours.Where(a => a.DisplayName is "clipgen.sample" or "clipgen.decode" or "embeddings fake"), a => Assert.Equal(1, a.GetTagItem("clipgen.attempt")));
        Assert.Equal(end.Status(), generation.Status);
    }

    [Fact]
    public async Task The_generations_span_follows_the_conventions_for_generative_models()
    {
        Listen(orleans: false);
        await using var sut = await Sut.CreateSut();
        var end = (await sut.Draw(await sut.Request(Prompt, seed: 12, keep: 2)))[^1].Status;

        var tags = _stopped.Single(a => Equals(a.GetTagItem("gen_ai.response.id"), end.Id)).TagObjects.ToDictionary();
        Assert.Equal("generate_content", tags["gen_ai.operation.name"]);
        Assert.Equal("clipgen", tags["gen_ai.provider.name"]);
        Assert.Equal("fake", tags["gen_ai.request.model"]);
        Assert.Equal("image", tags["gen_ai.output.type"]);
        Assert.Equal(2, tags["gen_ai.request.choice.count"]);
        Assert.Equal(12L, tags["gen_ai.request.seed"]);
        Assert.Equal(500, tags["gen_ai.request.top_k"]);
        Assert.Equal(8, tags["gen_ai.usage.input_tokens"]);
        Assert.Equal(8L * 64, tags["gen_ai.usage.output_tokens"]);
        Assert.False(tags.ContainsKey("error.type"));
    }

    [Fact]
    public async Task A_failure_is_marked_by_its_type_alone()
    {
        Listen(orleans: false);
        await using var sut = await Sut.CreateSut(new FakeEngine { SampleFailure = new InvalidOperationException($"Cannot draw {Prompt}.") });
        var end = (await sut.Draw(await sut.Request(Prompt)))[^1].Status;

        var generation = _stopped.Single(a => Equals(a.GetTagItem("gen_ai.response.id"), end.Id));
        Assert.Equal(ActivityStatusCode.Error, generation.Status);
        Assert.Equal("ClipGen.Cluster.Generations.StageFailedException", generation.GetTagItem("error.type"));
        Assert.Null(generation.StatusDescription);
        AssertNoPrompt(_stopped.Where(a => a.TraceId == generation.TraceId));
    }

    [Fact]
    public async Task A_generation_that_is_taken_up_again_stays_in_its_trace()
    {
        Listen(orleans: true);
        using var folder = new TemporaryFolder();
        string id;
        ActivityTraceId trace;
        FakeEngine held = new() { Hold = new TaskCompletionSource().Task };
        await using (var first = await Sut.CreateSut(null, [held], folder["images"], folder["data"]))
        {
            using var root = Tests.StartActivity("test");
            trace = root!.TraceId;
            id = (await first.Submit(await first.Request(Prompt))).GetPrimaryKeyString();
            await held.Halfway.WaitAsync(Sut.Token);
        }
        _stopped.Clear();

        await using var second = await Sut.CreateSut(null, [new()], folder["images"], folder["data"]);
        await Sut.Watch(second.Grains.GetGrain<IGenerationGrain>(id));

        var spans = _stopped.Where(a => Equals(a.GetTagItem("clipgen.generation.id") ?? a.GetTagItem("gen_ai.response.id"), id)).ToList();
        Assert.Contains(spans, a => a.DisplayName == "clipgen.store");
        Assert.All(spans, a => Assert.Equal(trace, a.TraceId));
    }

    [Fact]
    public async Task A_prompt_is_on_its_generations_span_alone_when_that_is_asked_for()
    {
        Listen(orleans: true);
        await using var sut = await Sut.CreateSut(services => services.Configure<TelemetryOptions>(o => o.CapturePrompts = true), [new()]);
        var end = (await sut.Draw(await sut.Request(Prompt)))[^1].Status;

        var generation = _stopped.Single(a => Equals(a.GetTagItem("gen_ai.response.id"), end.Id));
        Assert.Equal($$"""[{"role":"user","parts":[{"type":"text","content":"{{Prompt}}"}]}]""", generation.GetTagItem("gen_ai.input.messages"));
        AssertNoPrompt(_stopped.Where(a => a != generation));
    }

    [Fact]
    public async Task No_span_carries_the_prompt()
    {
        Listen(orleans: true);
        await using var sut = await Sut.CreateSut();
        await sut.Draw(await sut.Request(Prompt));
        Assert.NotEmpty(_stopped);
        AssertNoPrompt(_stopped);
    }

    private static void AssertNoPrompt(IEnumerable<Activity> spans) => Assert.All(spans, span =>
    {
        Assert.DoesNotContain("marmot", span.DisplayName);
        Assert.DoesNotContain("marmot", span.StatusDescription ?? "");
        Assert.All(span.TagObjects, tag => Assert.DoesNotContain("marmot", tag.Value?.ToString() ?? ""));
        Assert.All(span.Baggage, item => Assert.DoesNotContain("marmot", item.Value ?? ""));
        Assert.All(span.Events.SelectMany(e => e.Tags), tag => Assert.DoesNotContain("marmot", tag.Value?.ToString() ?? ""));
    });

    private static IEnumerable<Activity> Ancestors(Activity span, Dictionary<ActivitySpanId, Activity> trace)
    {
        while (trace.TryGetValue(span.ParentSpanId, out var parent)) yield return span = parent;
    }

    private void Listen(bool orleans)
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name.StartsWith("ClipGen.", StringComparison.Ordinal)
                || (orleans && source.Name is "Microsoft.Orleans.Application" or "Microsoft.Orleans.Lifecycle" or "Microsoft.Orleans.Storage"),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }
}

file static class StatusExtensions
{
    public static ActivityStatusCode Status(this GenerationStatus status) => status.State == GenerationState.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Unset;
}
