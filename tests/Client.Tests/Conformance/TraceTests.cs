using System.Collections.Concurrent;
using System.Diagnostics;
using ClipGen.Client.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Client.Tests.Conformance;

/// <summary>One trace from the caller to the device, over either transport.</summary>
public sealed class TraceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_clusters_spans_are_in_the_callers_trace(bool http)
    {
        await using var cluster = await TestCluster.StartAsync([new()]);
        await using var services = http ? Clients.Http(cluster.Address) : Clients.InCluster(cluster.Grains);
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("ClipGen.", StringComparison.Ordinal) || source.Name.StartsWith("Microsoft.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        using var caller = new Activity("caller").Start();
        var drawn = await services.GetRequiredService<IClipGenClient>().GenerateAsync(new() { Prompt = "a red circle" }, TestContext.Current.CancellationToken);

        Activity[] own = [.. spans.Where(s => s.TraceId == caller.TraceId)];
        var call = Assert.Single(own, s => s.Source.Name == "ClipGen.Client");
        Assert.Equal(("generate_content", ActivityKind.Client, caller.SpanId), (call.OperationName, call.Kind, call.ParentSpanId));
        Assert.Equal((drawn.Generation.Id, "fake"), (call.GetTagItem("gen_ai.response.id"), call.GetTagItem("gen_ai.response.model")));
        Assert.Contains(own, s => s.OperationName == "clipgen.sample");
        // No span between the two is one that nobody gets.
        Assert.All(own.Where(IsOfHttp), s => Assert.Equal(call.SpanId, s.ParentSpanId));
        Assert.Equal(http, own.Any(IsOfHttp));
        Assert.DoesNotContain(own, s => s.TagObjects.Any(t => t.Value is "a red circle"));   // prompts are nobody's business

        static bool IsOfHttp(Activity span) => span.Source.Name == "Microsoft.AspNetCore";
    }
}
