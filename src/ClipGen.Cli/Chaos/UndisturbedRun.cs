using ClipGen.Engine.Devices.Simulation;
using ClipGen.Silo.Embedded;

namespace ClipGen.Cli.Chaos;

/// <summary>The same requests in one process that nobody disturbs: what the images should be.</summary>
internal static class UndisturbedRun
{
    /// <returns>The results, in the requests' order; their files are in the folder.</returns>
    public static async Task<IReadOnlyList<GenerationResult>> DrawAsync(IReadOnlyList<GenerationRequest> requests, string folder, CancellationToken cancellationToken)
    {
        var options = SimulatedWorld.Options;
        // The time of a step changes no image.
        await using var device = new SimulatedDevice(0, new() { Slots = options.Slots, CodesPerImage = options.CodesPerImage, ImageSize = options.ImageSize, StepTime = 1e-4, EncodeTime = 0, DecodeTime = 0 });
        await using var cluster = await EmbeddedCluster.StartAsync(new() { ImageFolder = folder }, [device], cancellationToken);
        var results = new GenerationResult[requests.Count];
        await Parallel.ForAsync(0, requests.Count, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var accepted = await cluster.Grains.GetGrain<IGatewayGrain>(requests[i].Model).SubmitAsync(new() { Request = requests[i] });
            GenerationStatus? last = null;
            await foreach (var e in cluster.Grains.GetGrain<IGenerationGrain>(accepted.Id).WatchAsync(0, token)) last = e.Status;
            results[i] = last?.Result ?? throw new InvalidOperationException($"An undisturbed generation did not complete: {last?.Error}");
        });
        return results;
    }
}
