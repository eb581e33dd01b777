using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ClipGen.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.EndToEnd.Tests;

/// <summary>
/// A real Azurite goes away from a cluster of three processes under a steady load and comes back. How long it is away is told by a generation
/// that waits for it with its image: at that one's first try of the store after the outage's length, the store comes back.
/// </summary>
public sealed class StoreOutageTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Container = "pictures";

    /// <summary>Images of this many pixels a side, and so many of them that may wait in the gateway for the store.</summary>
    private const int ImageSize = 256, Room = 16;

    /// <summary>Generations on their way when the store goes away: more than there is room for.</summary>
    private const int OnTheirWay = 60;

    /// <summary>10 s unless the environment's CLIPGEN_OUTAGE_SECONDS says otherwise; a minute is what is promised.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("CLIPGEN_OUTAGE_SECONDS") ?? "10", CultureInfo.InvariantCulture));

    /// <summary>A third of what the devices can do.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly AzuriteServer azurite = new();
    private readonly ClusterOfProcesses processes = new();
    private readonly List<GenerationStatus> accepted = [];
    private ulong seed;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await Task.WhenAll(azurite.InitializeAsync().AsTask(), processes.InitializeAsync().AsTask());

    public async ValueTask DisposeAsync()
    {
        await processes.DisposeAsync();
        await azurite.DisposeAsync();
    }

    [Fact]
    public async Task A_store_that_is_away_under_a_steady_load_loses_nothing_and_no_images_pile_up()
    {
        var gateway = await StartAsync();
        await using var services = new ServiceCollection().AddClipGenClient(o => o.BaseAddress = gateway.Address).BuildServiceProvider();
        var client = services.GetRequiredService<IClipGenClient>();
        using var watch = new GatewayWatch(gateway);
        using var loadEnd = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await EndAsync(client, (await SubmitAsync(client)).Id);
        var load = LoadAsync(client, watch, loadEnd.Token);
        string[] onTheirWay = [.. (await Task.WhenAll(Enumerable.Range(0, OnTheirWay).Select(_ => SubmitAsync(client)))).Select(g => g.Id)];
        foreach (string id in onTheirWay) while ((await client.GetAsync(id, Stop)).State == GenerationState.Queued) await Task.Delay(20, Stop);
        await watch.ReadAsync();
        long before = watch.PeakBytes;

        await azurite.StopAsync();
        long away = Stopwatch.GetTimestamp();
        watch.Away();
        var witness = await WaitingForStoreAsync(client, onTheirWay);
        await foreach (var update in client.WatchAsync(witness.Id, cancellationToken: Stop))
        {
            Assert.False(update.IsLast, $"{update.Kind}: {update.Status.Error}");
            if (update.Kind != GenerationUpdateKind.Retried) continue;
            witness = update.Status;
            if (Stopwatch.GetElapsedTime(away) >= Outage) break;
        }
        int held = await watch.ReadAsync(), mostHeld = watch.MostHeld;
        var took = Stopwatch.GetElapsedTime(away);
        await azurite.StartAsync();
        await loadEnd.CancelAsync();
        await load;
        long back = Stopwatch.GetTimestamp();
        var ends = new List<GenerationStatus>();
        foreach (var generation in accepted) ends.Add(await EndAsync(client, generation.Id));
        await watch.ReadAsync();

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"away {took.TotalSeconds:F1} s, in which one generation tried the store {witness.Retries} times; {accepted.Count} accepted, {ends.Count(Completed)} completed, {ends.Count(end => !Completed(end))} lost, all of them {Stopwatch.GetElapsedTime(back).TotalSeconds:F1} s after it was back; " +
            $"most images held {mostHeld} of {Room}; the gateway's working set {before >> 20} MiB before, {watch.PeakBytes >> 20} MiB at most"));
        Assert.All(ends, end => Assert.True(Completed(end), $"{end.Id}: {end.State} {end.Error}"));
        Assert.Equal((Room, Room), (held, mostHeld));
        Assert.Equal(accepted.Count, accepted.Select(g => g.Id).Distinct().Count());
        Assert.Equal(accepted.Count, (int)await watch.SumAsync("clipgen_images_total", "outcome=\"completed\""));
        await AssertStoredOnceAsync(ends);
    }

    /// <returns>The gateway.</returns>
    private async Task<ClusterOfProcesses.Silo> StartAsync()
    {
        var environment = new Dictionary<string, string>
        {
            ["CLIPGEN__Images__ConnectionString"] = azurite.ConnectionString,
            ["CLIPGEN__Images__Container"] = Container,
            ["CLIPGEN__Images__MaxUnstoredBytes"] = (Room * ImageSize * ImageSize * 3).ToString(CultureInfo.InvariantCulture),
            ["CLIPGEN__Simulation__StepTime"] = "0.02",
            ["CLIPGEN__Simulation__CodesPerImage"] = "64",
            ["CLIPGEN__Simulation__ImageSize"] = ImageSize.ToString(CultureInfo.InvariantCulture),
            // A busy machine must not pass for a dead silo: that is another test's subject.
            ["CLIPGEN__Cluster__ProbeTimeout"] = "00:00:20",
            ["CLIPGEN__Cluster__MaxProbeTimeout"] = "00:00:20",
            ["CLIPGEN__Cluster__NumMissedProbesLimit"] = "10",
        };
        string[] devices = ["--roles", "gpu", "--devices", "sim:1", "--slots", "16"];
        var silos = await Task.WhenAll(
            processes.StartAsync("gateway-0", 0, "/health/live", environment, ["--roles", "gateway"]),
            processes.StartAsync("gpu-0", 0, "/health/ready", environment, devices),
            processes.StartAsync("gpu-1", 0, "/health/ready", environment, devices));
        await ClusterOfProcesses.UntilDevicesAsync(silos[0].Address, 2);
        return silos[0];
    }

    private async Task LoadAsync(IClipGenClient client, GatewayWatch watch, CancellationToken end)
    {
        using var timer = new PeriodicTimer(Pace);
        while (!end.IsCancellationRequested)
        {
            await SubmitAsync(client);
            await watch.ReadAsync();
            await timer.WaitForNextTickAsync(Stop);
        }
    }

    private async Task<GenerationStatus> SubmitAsync(IClipGenClient client)
    {
        var generation = await client.SubmitAsync(new() { Prompt = "a ring", Candidates = 2, Seed = Interlocked.Increment(ref seed) }, Stop);
        lock (accepted) accepted.Add(generation);
        return generation;
    }

    /// <returns>The first of the generations that has found the store away.</returns>
    private static async Task<GenerationStatus> WaitingForStoreAsync(IClipGenClient client, string[] ids)
    {
        for (int i = 0; ; i = (i + 1) % ids.Length)
        {
            var status = await client.GetAsync(ids[i], Stop);
            if (status is { Retries: > 0, State: GenerationState.Running }) return status;
        }
    }

    private static async Task<GenerationStatus> EndAsync(IClipGenClient client, string id)
    {
        await foreach (var update in client.WatchAsync(id, cancellationToken: Stop)) if (update.IsLast) return update.Status;
        throw new InvalidOperationException($"The generation {id} has no end.");
    }

    private static bool Completed(GenerationStatus end) => end.State == GenerationState.Completed;

    /// <summary>In the store is one image and one manifest of each, nothing else, and each image is the one that was told of.</summary>
    private async Task AssertStoredOnceAsync(IReadOnlyList<GenerationStatus> ends)
    {
        var blobs = new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)).GetBlobContainerClient(Container);
        var names = new List<string>();
        await foreach (var blob in blobs.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Stop)) names.Add(blob.Name);
        var images = ends.Select(end => Assert.Single(end.Result!.Images)).ToList();
        Assert.Equal(images.Select(i => i.Name).Concat(ends.Select(e => e.Request.ManifestName)).Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        foreach (var image in images)
        {
            byte[] content = (await blobs.GetBlobClient(image.Name).DownloadContentAsync(Stop)).Value.Content.ToArray();
            Assert.Equal(image.Sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
    }
}
