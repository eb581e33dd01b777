using System.Text.Json;

namespace ClipGen.EndToEnd.Tests;

public sealed class BenchTests(RandomModel noise) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task The_scheduler_is_measured_on_simulated_devices()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync(
            "bench", "cluster", "--devices", "sim:2", "--slots", "4", "--step-ms", "5", "--codes", "64", "--candidates", "4", "--seconds", "2", "--json");

        // Whether promises hold says something about a large cluster on a quiet machine; here only that the answer fits what was measured.
        Assert.True(outcome.ExitCode is 0 or 1, outcome.Errors);
        using var json = JsonDocument.Parse(outcome.Output);
        var root = json.RootElement;
        double Number(string name) => root.GetProperty(name).GetDouble();
        Assert.Equal((2, 4, 25), (Number("devices"), Number("slots"), Math.Round(Number("ideal_sequences_per_second"), 6)));
        Assert.InRange(Number("throughput_vs_ideal"), 0.1, 1.2);
        Assert.Equal(Number("throughput_vs_ideal"), Number("sequences_per_second") / 25, 6);
        Assert.InRange(Number("short_delay_candidate_times_p95"), 0, 60);
        Assert.InRange(Number("fairness_1_1"), 0.3, 3);
        Assert.InRange(Number("fairness_3_1"), 0.2, 3);
        Assert.True(Number("gateway_cpu_ms_per_image") > 0);
        Assert.True(root.TryGetProperty("waiting_vs_theory", out _));
        Assert.Equal([1, 2], root.GetProperty("scaling").EnumerateArray().Select(size => size.GetProperty("devices").GetInt32()));
        Assert.Equal(outcome.ExitCode == 0, root.GetProperty("promises_hold").GetBoolean());
        Assert.Equal(outcome.ExitCode == 0, root.GetProperty("failures").GetArrayLength() == 0);
    }

    [Fact]
    public async Task Devices_that_are_not_simulated_are_declined()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync("bench", "cluster", "--devices", "cpu");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("use sim:N", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cluster_is_measured_against_its_own_engine()
    {
        var outcome = await new Clipgen(folder.Path).RunAsync(
            "bench", "serve", "--model", noise.Path, "--candidates", "2", "--pairs", "2", "--max-pairs", "3", "--seconds", "0.5", "--load", "0.5", "--seed", "3", "--json");

        // Speed says something about a quiet machine only; here, that the numbers belong together.
        Assert.True(outcome.ExitCode is 0 or 1, outcome.Errors);
        using var json = JsonDocument.Parse(outcome.Output);
        var root = json.RootElement;
        Assert.Equal(("noise", "cpu:0", 8, 2, 9), (root.GetProperty("model").GetString(), root.GetProperty("device").GetString(), Number(root, "slots"), Number(root, "candidates"), Number(root, "concurrency")));
        var pairs = root.GetProperty("pairs").EnumerateArray().ToArray();
        Assert.InRange(pairs.Length, 2, 3);
        Assert.All(pairs, pair => Assert.Equal(Number(pair, "cluster_requests_per_second") / Number(pair, "engine_requests_per_second"), Number(pair, "throughput_vs_engine"), 6));
        Assert.Equal(pairs.Average(pair => Number(pair, "throughput_vs_engine")), Number(root, "throughput_vs_engine"), 6);
        Assert.InRange(Number(root, "throughput_vs_engine_standard_error"), 0, Number(root, "throughput_vs_engine_max") - Number(root, "throughput_vs_engine_min"));
        Assert.InRange(Number(root, "engine_batch_occupancy"), 0.5, 1);
        Assert.InRange(Number(root, "cluster_batch_occupancy"), 0.5, 1);
        Assert.Equal(3 * Number(root, "lone_request_seconds"), Number(root, "slo_seconds"), 6);

        var load = Assert.Single(root.GetProperty("loads").EnumerateArray());
        Assert.Equal(0.5 * Number(root, "cluster_requests_per_second"), Number(load, "offered_requests_per_second"), 6);
        Assert.Equal(Number(load.GetProperty("engine"), "requests"), Number(load.GetProperty("cluster"), "requests"));
        foreach (var side in new[] { load.GetProperty("engine"), load.GetProperty("cluster") })
        {
            Assert.Equal(0, Number(side, "refused"));
            Assert.InRange(Number(side, "batch_occupancy"), 2.0 / 8 - 0.01, 1);   // a request's candidates are sampled together
            Assert.True(Number(side, "latency_p50_s") > 0 && Number(side, "latency_p99_s") >= Number(side, "latency_p95_s") && Number(side, "latency_p95_s") >= Number(side, "latency_p50_s"));
            Assert.InRange(Number(side, "goodput_per_second"), 0, Number(side, "requests") / 0.5);
        }
        var (ratio, margin, failures) = (Number(root, "throughput_vs_engine"), Number(root, "throughput_vs_engine_margin"), root.GetProperty("failures").EnumerateArray().Select(f => f.GetString()!).ToArray());
        Assert.Equal(ratio - margin >= 0.95 ? "holds" : ratio + margin < 0.95 ? "broken" : "not_decided", root.GetProperty("verdict").GetString());
        if (root.GetProperty("verdict").GetString() == "not_decided") Assert.Equal((3, "not decided"), (pairs.Length, Assert.Single(failures)[..11]));
        Assert.Equal(ratio - margin >= 0.95, outcome.ExitCode == 0);
        Assert.Equal(outcome.ExitCode == 0, root.GetProperty("promises_hold").GetBoolean());
        Assert.Empty(folder.Files());

        static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();
    }

    [Theory]
    [InlineData("telemetry", "unseen", "traced", 0.97, "spans")]
    [InlineData("previews", "plain", "previewed", 0.95, "previews_shown")]
    public async Task What_may_be_left_out_is_measured_against_going_without(string bench, string without, string with, double promised, string really)
    {
        var outcome = await new Clipgen(folder.Path).RunAsync(
            "bench", bench, "--model", noise.Path, "--candidates", "2", "--pairs", "2", "--max-pairs", "2", "--seconds", "0.5", "--seed", "3", "--json");

        Assert.True(outcome.ExitCode is 0 or 1, outcome.Errors);
        using var json = JsonDocument.Parse(outcome.Output);
        double Number(string name) => json.RootElement.GetProperty(name).GetDouble();
        var pairs = json.RootElement.GetProperty("pairs").EnumerateArray().ToArray();
        Assert.Equal(2, pairs.Length);
        double ratio = Number($"{with}_vs_{without}"), margin = Number($"{with}_vs_{without}_margin");
        Assert.Equal(pairs.Average(pair => pair.GetProperty($"{with}_requests_per_second").GetDouble() / pair.GetProperty($"{without}_requests_per_second").GetDouble()), ratio, 6);
        Assert.Equal(ratio - margin >= promised ? "holds" : ratio + margin < promised ? "broken" : "not_decided", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(outcome.ExitCode == 0, json.RootElement.GetProperty("promises_hold").GetBoolean());
        Assert.True(Number(really) > 0);
    }

    [Theory]
    [InlineData("--slots", "12", "slots come in groups of 8")]
    [InlineData("--max-pairs", "5", "--max-pairs is 5; it must be 6 to")]
    [InlineData("--load", "half", "--load has 'half'")]
    [InlineData("--load", "0.5,3", "--load is 3; it must be 0.01 to 2")]
    public async Task What_cannot_be_measured_is_declined(string option, string value, string says)
    {
        var outcome = await new Clipgen(folder.Path).RunAsync("bench", "serve", option, value);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
