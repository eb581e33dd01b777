using System.Text.Json;

namespace ClipGen.EndToEnd.Tests;

public sealed class BenchTests : IDisposable
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

    public void Dispose() => folder.Dispose();
}
