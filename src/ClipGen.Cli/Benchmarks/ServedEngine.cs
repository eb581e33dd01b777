using ClipGen.Cli.Terminal;
using ClipGen.Engine.Devices;
using ClipGen.Models.Bundles;
using ClipGen.Models.Imaging;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Embedded;
using ClipGen.Training.Shapes.Evaluation;
using Microsoft.Extensions.Logging;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// One engine with two ways to it: called in this process, and through a whole cluster, with its states and images in files. It is the
/// same engine, with the same weights in the same memory: whatever differs is the cluster's doing.
/// </summary>
internal sealed class ServedEngine : IAsyncDisposable
{
    private readonly MeteredEngine _engine;
    private readonly EmbeddedCluster _cluster;
    private readonly string _folder;
    private readonly IGatewayGrain _gateway;
    private readonly ModelDescription _description;
    private readonly ServeBenchSettings _settings;
    private long _requests;

    private ServedEngine(MeteredEngine engine, StepMeter steps, EmbeddedCluster cluster, string folder, ModelDescription description, ServeBenchSettings settings)
    {
        (_engine, Steps, _cluster, _folder, _description, _settings) = (engine, steps, cluster, folder, description, settings);
        _gateway = cluster.Grains.GetGrain<IGatewayGrain>(description.Name);
    }

    /// <summary>What the engine samples, whoever called it.</summary>
    public StepMeter Steps { get; }

    public EngineModel Model => _engine.Model;

    public DeviceInfo Device => _engine.Device;

    public int Candidates => _settings.Candidates ?? Model.DefaultCandidates;

    /// <summary>Requests that are on their way together at full slots: those that fill the slots, as many again that wait, and one more, for one is being decoded.</summary>
    public int FullConcurrency => 2 * ((Device.Slots + Candidates - 1) / Candidates) + 1;

    public static async Task<ServedEngine> StartAsync(ServeBenchSettings settings, CancellationToken cancellationToken)
    {
        var bundle = ModelBundle.Open(settings.Model);
        var steps = new StepMeter(settings.Slots);
        var options = new EngineOptions { Threads = settings.Threads, Slots = settings.Slots };
        var engine = new MeteredEngine(await DeviceEngine.StartAsync(bundle, DeviceOption.Parse(settings.Device), options, cancellationToken), steps: steps);
        string folder = Directory.CreateTempSubdirectory("clipgen-bench-").FullName;
        try
        {
            var cluster = await EmbeddedCluster.StartAsync(
                new() { ImageFolder = Path.Combine(folder, "images"), DataFolder = Path.Combine(folder, "data"), LogLevel = LogLevel.Error }, [engine], cancellationToken);
            return new(engine, steps, cluster, folder, engine.Model.Describe(), settings);
        }
        catch
        {
            await engine.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>A request unlike any other of the run: the evaluation's prompts in turn, each time with another seed.</summary>
    /// <param name="candidates">Null for as many as the settings say.</param>
    public GenerationRequest Next(int? candidates = null)
    {
        long number = Interlocked.Increment(ref _requests) - 1;
        return GenerationRequest.Create(
            new() { Prompt = ShapesPrompts.All[(int)(number % ShapesPrompts.Count)].Text, Seed = unchecked(_settings.Seed * 1_000_003 + (ulong)number), Candidates = candidates ?? _settings.Candidates },
            _description);
    }

    /// <summary>Draws a request without the cluster; its picture is made as a file, and is not stored.</summary>
    public async Task DrawAloneAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        var (topK, topP, temperature) = request.Sampling;
        var sampling = new ClipGen.Engine.Sampling.SamplingParameters(topK, topP, temperature);
        var prompt = await _engine.EncodeAsync(request.Prompt, request.ReferenceQuirks, cancellationToken);
        var sampled = await Task.WhenAll(Enumerable.Range(0, request.Candidates).Select(candidate =>
            _engine.SampleAsync(new(prompt.Vector, request.Seed, candidate, sampling), onStep: null, cancellationToken)));
        await _engine.DecodeAndRankAsync(
            new(prompt.Vector, [.. sampled.Select(s => (s.Candidate, s.Codes))], request.Keep, ImageFileFormat.Png, Metadata: null, request.ReferenceQuirks), cancellationToken);
    }

    /// <summary>Submits a request to the cluster and awaits its end, as a gateway does for a client that wants nothing but the images.</summary>
    /// <exception cref="RefusedException">It was not accepted.</exception>
    public async Task DrawThroughClusterAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        var generation = await SubmitAsync(request, previews: 0);
        await foreach (var _ in generation.WatchAsync(GenerationEvent.AfterAll, cancellationToken)) { }
        ThrowUnlessCompleted(await generation.GetStatusAsync());
    }

    /// <summary>Submits a request to the cluster and follows its events to the last, as for a client that wants to see it grow.</summary>
    /// <param name="previews">Previews to ask for, 0 to 3.</param>
    /// <returns>How many were shown.</returns>
    /// <exception cref="RefusedException">It was not accepted.</exception>
    public async Task<int> FollowThroughClusterAsync(GenerationRequest request, int previews, CancellationToken cancellationToken)
    {
        var generation = await SubmitAsync(request, previews);
        GenerationStatus? last = null;
        int shown = 0;
        await foreach (var happened in generation.WatchAsync(0, cancellationToken))
        {
            last = happened.Status;
            if (happened.Preview is not null) shown++;
        }
        ThrowUnlessCompleted(last);
        return shown;
    }

    private async Task<IGenerationGrain> SubmitAsync(GenerationRequest request, int previews) =>
        _cluster.Grains.GetGrain<IGenerationGrain>((await _gateway.SubmitAsync(new() { Request = request, Previews = previews })).Id);

    private static void ThrowUnlessCompleted(GenerationStatus? end)
    {
        if (end?.State != GenerationState.Completed) throw new CommandException($"A generation did not complete: {end?.Error ?? "it was lost"}");
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _engine.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
