using System.Diagnostics;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Storage;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Storage;

namespace ClipGen.Cli.Benchmarks;

/// <summary>A cluster of simulated devices in this process, fresh for each measurement, and the way to submit to it.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly EmbeddedCluster _cluster;
    private readonly IReadOnlyList<IDeviceEngine> _engines;
    private readonly IGatewayGrain _gateway;
    private readonly ModelDescription _model;

    private BenchCluster(EmbeddedCluster cluster, IReadOnlyList<IDeviceEngine> engines, SampleMeter meter, ModelDescription model, BenchSettings settings)
    {
        (_cluster, _engines, _model, Meter) = (cluster, engines, model, meter);
        _gateway = cluster.Grains.GetGrain<IGatewayGrain>(model.Name);
        (CandidateTime, Slots) = (settings.CandidateTime, engines.Count * settings.SlotsPerDevice);
    }

    public SampleMeter Meter { get; }

    /// <summary>Of all devices.</summary>
    public int Slots { get; }

    /// <summary>Seconds a candidate takes in a slot.</summary>
    public double CandidateTime { get; }

    /// <summary>Sequences a second when no slot is ever empty.</summary>
    public double IdealRate => Slots / CandidateTime;

    public static async Task<BenchCluster> StartAsync(BenchSettings settings, int devices, IReadOnlyDictionary<string, double> weights, CancellationToken cancellationToken)
    {
        var meter = new SampleMeter();
        var engines = Enumerable.Range(0, devices).Select(i => new MeteredEngine(new SimulatedDevice(i, settings.Simulation), meter)).ToList();
        var cluster = await EmbeddedCluster.StartAsync(
            new() { ImageFolder = "unused", LogLevel = LogLevel.Error, ConfigureServices = services => Configure(services, weights) }, engines, cancellationToken);
        try
        {
            var model = await cluster.Grains.GetGrain<IGatewayGrain>(engines[0].Model.Name).DescribeAsync();
            return new(cluster, engines, meter, model, settings);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Submits a request and returns when it is accepted.</summary>
    public async Task SubmitAsync(ulong seed, int candidates, string tenant, GenerationPriority priority)
    {
        var request = GenerationRequest.Create(new() { Prompt = $"a picture number {seed}", Seed = seed, Candidates = candidates }, _model);
        await _gateway.SubmitAsync(new() { Request = request, Tenant = tenant, Priority = priority });
    }

    /// <summary>Submits a request of one candidate and waits for its codes.</summary>
    /// <returns>Seconds from the submission to its slot.</returns>
    public async Task<double> WaitForSlotAsync(ulong seed, GenerationPriority priority, CancellationToken cancellationToken)
    {
        long submitted = Stopwatch.GetTimestamp();
        var sampled = Meter.Watch(seed);
        await SubmitAsync(seed, 1, Submission.DefaultTenant, priority);
        long end = await sampled.WaitAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(submitted, end).TotalSeconds - CandidateTime;
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        foreach (var engine in _engines) await engine.DisposeAsync();
    }

    private static void Configure(IServiceCollection services, IReadOnlyDictionary<string, double> weights)
    {
        services.AddSingleton<IImageStore, MemoryImageStore>();
        services.AddGrainStorage(ClusterOptions.GrainStorageName, (provider, _) => new MemoryGrainStorage(new OrleansGrainStorageSerializer(provider.GetRequiredService<Serializer>())));
        services.Configure<QueueOptions>(options =>
        {
            options.MaxWaiting = 1_000_000;   // how much waits is the measurement's affair
            foreach (var (tenant, weight) in weights) options.Tenants[tenant] = new() { Weight = weight };
        });
    }
}
