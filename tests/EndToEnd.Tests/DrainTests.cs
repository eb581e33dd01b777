using System.Diagnostics;
using System.Net.Http.Json;
using ClipGen.Client.Wire;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Silo.Embedded;

namespace ClipGen.EndToEnd.Tests;

/// <summary>SIGTERM to a silo in a process of its own while its device draws: it exits in good order within its grace, and nothing is lost.</summary>
public sealed class DrainTests(ClusterOfProcesses cluster) : IClassFixture<ClusterOfProcesses>, IDisposable
{
    private const int Codes = 64, Slots = 4, Candidates = 8, Kept = 2;

    /// <summary>For the process itself to end, once it has drained: other programs share the machine.</summary>
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_runs_is_finished_and_what_waits_is_drawn_by_others()
    {
        var grace = TimeSpan.FromSeconds(30);
        using var sut = await StartAsync(database: 0, stepTime: "0.01", grace);
        string[] ids = await sut.SubmitAsync(generations: 6);
        await sut.UntilAsync(device => device is { Silo: "gpu-0", Free: 0 });

        var took = await sut.TerminateAsync("gpu-0");
        var ends = await sut.EndsAsync(ids);

        Assert.InRange(took, TimeSpan.Zero, grace);
        await AssertUndisturbedAsync(ends);
        // Nothing was interrupted: more than each candidate once would be drawn only if some news came late.
        Assert.InRange(sut.StepsOf("gpu-0") + sut.StepsOf("gpu-1"), 6 * Candidates * Codes, 6 * Candidates * Codes * 5 / 4);
    }

    [Fact]
    public async Task What_takes_longer_than_the_grace_is_handed_over_and_gone_on_with()
    {
        // A candidate takes 6.4 s, and for what runs there are 3 s.
        var grace = TimeSpan.FromSeconds(6);
        using var sut = await StartAsync(database: 1, stepTime: "0.1", grace);
        string[] ids = await sut.SubmitAsync(generations: 1);
        await sut.UntilAsync(device => device is { Silo: "gpu-0", Free: 0 });
        await sut.UntilDrawingAsync("gpu-0");

        var took = await sut.TerminateAsync("gpu-0");
        var ends = await sut.EndsAsync(ids);

        Assert.InRange(took, TimeSpan.Zero, grace + ToEnd);
        await AssertUndisturbedAsync(ends);
        long before = sut.StepsOf("gpu-0"), all = before + sut.StepsOf("gpu-1");
        Assert.InRange(before, 1, Slots * Codes - 1);
        // Codes are told every eighth: less than that, and the step at which it stopped, of each is drawn again.
        Assert.InRange(all, Candidates * Codes, Candidates * Codes + Slots * (Codes / 8 + 1));
    }

    public void Dispose() => folder.Dispose();

    private async Task<Sut> StartAsync(int database, string stepTime, TimeSpan grace)
    {
        Dictionary<string, string> Settings(string silo) => new()
        {
            ["CLIPGEN__Cluster__ShutdownGrace"] = grace.ToString(),
            ["CLIPGEN__Simulation__Slots"] = $"{Slots}",
            ["CLIPGEN__Simulation__CodesPerImage"] = $"{Codes}",
            ["CLIPGEN__Simulation__StepTime"] = stepTime,
            ["CLIPGEN__Simulation__StepsFolder"] = Steps(silo),
        };
        string Steps(string silo) => folder[$"{database}-{silo}"];

        var silos = await Task.WhenAll(
            cluster.StartAsync("gateway-0", database, "/health/live", "--roles", "gateway"),
            cluster.StartAsync("gpu-0", database, "/health/ready", Settings("gpu-0"), "--roles", "gpu", "--devices", "sim:1"),
            cluster.StartAsync("gpu-1", database, "/health/ready", Settings("gpu-1"), "--roles", "gpu", "--devices", "sim:1"));
        var sut = new Sut(new HttpClient { BaseAddress = silos[0].Address }, new() { ["gpu-0"] = silos[1].Process, ["gpu-1"] = silos[2].Process }, Steps);
        await sut.UntilAsync(device => device is { Silo: "gpu-0", Free: Slots });
        await sut.UntilAsync(device => device is { Silo: "gpu-1", Free: Slots });
        return sut;
    }

    /// <summary>All completed without a retry, with the files of a run in one process that nobody stops.</summary>
    private async Task AssertUndisturbedAsync(GenerationResource[] ends)
    {
        await using var device = new SimulatedDevice(0, new() { Slots = 64, CodesPerImage = Codes, StepTime = 1e-4 });
        await using var alone = await EmbeddedCluster.StartAsync(new() { ImageFolder = folder["alone"] }, [device], Token);
        var gateway = alone.Grains.GetGrain<IGatewayGrain>("sim");
        var model = await gateway.DescribeAsync();
        foreach (var end in ends)
        {
            Assert.Equal(("completed", 0), (end.State, end.Retries));
            var accepted = await gateway.SubmitAsync(new() { Request = GenerationRequest.Create(new() { Prompt = end.Prompt, Seed = end.Seed, Candidates = Candidates, Keep = Kept }, model) });
            GenerationStatus? last = null;
            await foreach (var e in alone.Grains.GetGrain<IGenerationGrain>(accepted.Id).WatchAsync(0, Token)) last = e.Status;
            Assert.Equal(last!.Result!.Images.Select(image => image.Sha256), end.Images!.Select(image => image.Sha256));
        }
    }

    private sealed class Sut(HttpClient http, Dictionary<string, Process> silos, Func<string, string> steps) : IDisposable
    {
        private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

        public long StepsOf(string silo) => StepFile.Total(steps(silo));

        public async Task<string[]> SubmitAsync(int generations) => await Task.WhenAll(Enumerable.Range(0, generations).Select(async i =>
        {
            using var answer = await http.PostAsJsonAsync("/v1/generations", new { prompt = $"number {i}", seed = i, candidates = Candidates, n = Kept }, Token);
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync(WireJson.Default.GenerationResource, Token))!.Id;
        }));

        /// <summary>Until the gateway knows of such a device.</summary>
        public async Task UntilAsync(Func<ClusterDevice, bool> holds)
        {
            while (!(await http.GetFromJsonAsync("/v1/cluster", WireJson.Default.ClusterResource, Token))!.Devices.Any(holds)) await Task.Delay(Poll, Token);
        }

        /// <summary>Until a silo has begun with what it was given: before that it would hand all of it back untouched.</summary>
        public async Task UntilDrawingAsync(string silo)
        {
            while (StepsOf(silo) == 0) await Task.Delay(Poll, Token);
        }

        /// <summary>How long a silo took to exit, with code 0.</summary>
        public async Task<TimeSpan> TerminateAsync(string silo)
        {
            long began = Stopwatch.GetTimestamp();
            await Clipgen.SignalAsync(silos[silo], "TERM");
            await silos[silo].WaitForExitAsync(Token);
            var took = Stopwatch.GetElapsedTime(began);
            Assert.Equal(0, silos[silo].ExitCode);
            return took;
        }

        public Task<GenerationResource[]> EndsAsync(string[] ids) => Task.WhenAll(ids.Select(async id =>
        {
            while (true)
            {
                var generation = (await http.GetFromJsonAsync($"/v1/generations/{id}", WireJson.Default.GenerationResource, Token))!;
                if (generation.State is "completed" or "failed" or "cancelled") return generation;
                await Task.Delay(Poll, Token);
            }
        }));

        public void Dispose() => http.Dispose();
    }
}
