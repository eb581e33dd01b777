using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>What a tracing backend gets of one generation that three silos have worked at.</summary>
public sealed class TraceTreeTests(ObservedCluster cluster) : IClassFixture<ObservedCluster>
{
    /// <summary>Our spans of the generation below: the SDK's call, its three requests, and what three silos do for them.</summary>
    private const int Spans = 16;

    /// <summary>Three processes send a few times a second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly string Approved = Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Observability", "trace-tree.txt");

    /// <summary>Values that differ from run to run, by what stands for them.</summary>
    private static readonly Dictionary<string, string> Placeholders = new()
    {
        ["clipgen.batch.active"] = "<number>",
        ["clipgen.blob.size"] = "<bytes>",
        ["clipgen.device_seconds"] = "<seconds>",
        ["clipgen.generation.id"] = "<id>",
        ["clipgen.silo"] = "<silo>",
        ["gen_ai.request.seed"] = "<seed>",
        ["gen_ai.response.id"] = "<id>",
        ["server.port"] = "<port>",
    };

    [Fact]
    public async Task One_generation_is_one_trace_across_three_silos()
    {
        cluster.Require();
        string id = (await cluster.DrawBySdkAsync(new() { Prompt = "a small blue square", Model = "sim", Candidates = 4, Seed = 7 })).Id;

        long began = Stopwatch.GetTimestamp();
        List<OtlpSpan> trace, steps;
        do
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            string? traceId = cluster.Receiver.Spans.FirstOrDefault(span => span.Scope == "ClipGen.Client" && Equals(span.Attributes.GetValueOrDefault("gen_ai.response.id"), id))?.TraceId;
            trace = [.. cluster.Receiver.Spans.Where(span => span.TraceId == traceId)];
            var samples = trace.Where(span => span.Name == "clipgen.sample").Select(span => span.SpanId).ToHashSet();
            steps = [.. cluster.Receiver.Spans.Where(span => span.Links.Any(samples.Contains))];
        }
        while (Stopwatch.GetElapsedTime(began) < Patience
            && (trace.Count(IsOurs) < Spans || Orphans(trace).Any() || steps.Select(step => step.Attributes["clipgen.silo"]).Distinct().Count() < 2));

        string actual = Describe(trace, steps);
        if (System.Environment.GetEnvironmentVariable("CLIPGEN_APPROVE") == "1") File.WriteAllText(Approved, actual);
        Assert.True(
            File.Exists(Approved) && File.ReadAllText(Approved).ReplaceLineEndings("\n") == actual,
            $"The trace has changed. If that is meant, run this test with CLIPGEN_APPROVE=1, which rewrites {Approved}, and commit the file. It is now:\n{actual}");

        Assert.Equal(["gpu-0", "gpu-1"], trace.Where(span => span.Name == "clipgen.sample").Select(span => span.Attributes["clipgen.silo"]).Distinct().Order());
        Assert.Equal([OtlpReceiver.Grpc, OtlpReceiver.Http], trace.Select(span => span.Protocol).Distinct().Order());
        Assert.Equal("ClipGen.Client", Assert.Single(trace, span => span.ParentId.Length == 0).Scope);
        Assert.Empty(Orphans(trace).Select(span => $"The parent of {span.Name} ({span.Scope}) has not arrived."));
    }

    [Fact]
    public async Task The_command_that_asks_a_server_begins_the_trace()
    {
        cluster.Require();
        using var folder = new TemporaryFolder();
        var clipgen = new Clipgen(folder.Path) { Environment = { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = cluster.Receiver.GrpcEndpoint, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = OtlpReceiver.Grpc } };
        await clipgen.SucceedAsync("generate", "a ring", "--model", "sim", "--candidates", "2", "--seed", "11", "--server", cluster.Addresses[0].AbsoluteUri);

        while (!cluster.Receiver.Spans.Any(span => span.Name == "clipgen.blob.write" && TraceOfCommand(11) == span.TraceId)) await Task.Delay(100, TestContext.Current.CancellationToken);

        string? TraceOfCommand(long seed) => cluster.Receiver.Spans.FirstOrDefault(span => span.Scope == "ClipGen.Client" && span.ParentId.Length == 0 && Equals(span.Attributes.GetValueOrDefault("gen_ai.request.seed"), seed))?.TraceId;
    }

    [Fact]
    public async Task Logs_and_metrics_arrive_both_ways_and_logs_have_their_trace()
    {
        cluster.Require();
        await cluster.DrawAsync("sim", candidates: 2);

        while (!HasAdmission() || !HasMetric(OtlpReceiver.Grpc, "clipgen.images") || !HasMetric(OtlpReceiver.Http, "clipgen.step.duration") || !HasMetric(OtlpReceiver.Grpc, "orleans-catalog-activations"))
            await Task.Delay(100, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(cluster.Receiver.Logs, log => log.Body.Contains("blue square", StringComparison.Ordinal) || log.Attributes.Values.Any(value => value is string text && text.Contains("blue square", StringComparison.Ordinal)));
    }

    /// <summary>A source-generated log: its values by name, and the trace of the request that it is about.</summary>
    private bool HasAdmission() => cluster.Receiver.Logs.Any(log => log.Attributes.ContainsKey("Generation") && log.Attributes.ContainsKey("Candidates") && log.TraceId.Trim('0').Length > 0);

    private bool HasMetric(string protocol, string name) => cluster.Receiver.Metrics.ContainsKey((protocol, name));

    /// <summary>Orleans has spans of its own between ours: they come and go with its versions, and are left out of the picture.</summary>
    private static bool IsOurs(OtlpSpan span) => !span.Scope.StartsWith("Microsoft.Orleans", StringComparison.Ordinal);

    private static IEnumerable<OtlpSpan> Orphans(List<OtlpSpan> trace)
    {
        var ids = trace.Select(span => span.SpanId).Append("").ToHashSet();
        return trace.Where(span => !ids.Contains(span.ParentId));
    }

    private static string Describe(List<OtlpSpan> trace, List<OtlpSpan> steps)
    {
        var all = trace.ToDictionary(span => span.SpanId);
        string ParentOf(OtlpSpan span)
        {
            string parent = span.ParentId;
            while (all.TryGetValue(parent, out var above) && !IsOurs(above)) parent = above.ParentId;
            return parent;
        }
        var children = trace.Where(IsOurs).ToLookup(ParentOf);
        var text = new StringBuilder();
        void Write(string parent, int depth)
        {
            foreach (var (line, span) in children[parent].Select(span => (Line(span), span)).OrderBy(child => child.Item1, StringComparer.Ordinal))
            {
                text.Append(' ', 2 * depth).Append(line).Append('\n');
                Write(span.SpanId, depth + 1);
            }
        }
        Write("", 0);
        text.Append('\n');
        foreach (string step in steps.Select(step => $"{Line(step)} → {string.Join(" ", step.Links.Where(all.ContainsKey).Select(link => all[link].Name).Distinct())}").Distinct()) text.Append(step).Append('\n');
        return text.ToString();
    }

    private static string Line(OtlpSpan span)
    {
        var attributes = span.Attributes
            .Where(a => span.Kind != "server" || a.Key is "http.request.method" or "http.route" or "http.response.status_code")
            .Select(a => $"{a.Key}={Placeholders.GetValueOrDefault(a.Key) ?? Convert.ToString(a.Value, CultureInfo.InvariantCulture)}");
        return $"{span.Name} [{span.Kind}{(span.ParentId.Length == 0 ? ", root" : "")}] {string.Join(' ', attributes)}".TrimEnd();
    }
}
