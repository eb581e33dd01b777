using System.Diagnostics;
using ClipGen.Cli.Terminal;
using ClipGen.Cluster.Storage;
using ClipGen.Engine.Devices;
using ClipGen.Models.Bundles;
using ClipGen.Models.Imaging;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Embedded;
using Microsoft.Extensions.Options;

namespace ClipGen.Cli.Generating;

/// <summary>Loads the model, starts a cluster in this process, sends it the request, and shows what comes back.</summary>
internal static class GenerateRun
{
    public static async Task<int> RunAsync(GenerateSettings settings, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var line = new StatusLine();
        var bundle = ModelBundle.Open(settings.Model);
        // Whatever is wrong with the request shows before a second is spent on loading.
        var request = GenerationRequest.Create(settings.Parameters, EngineModel.Of(bundle).Describe());
        var device = DeviceOption.Parse(settings.Device);

        line.Show("loading the model and starting the cluster …");
        await using var engine = await DeviceEngine.StartAsync(bundle, device, new EngineOptions { Threads = settings.Threads }, cancellationToken);
        await using var cluster = await EmbeddedCluster.StartAsync(new() { ImageFolder = settings.Out, Settings = ImagesOption.ToConfiguration(settings.Images) }, [engine], cancellationToken);
        double startSeconds = clock.Elapsed.TotalSeconds;

        var accepted = await settings.PromptImages.SubmitAsync(cluster.Grains, new() { Request = request });
        var status = await GenerationWatch.FollowAsync(() => cluster.Grains.GetGrain<IGenerationGrain>(accepted.Id), line, cancellationToken);
        if (status.Result is not { } result) throw new CommandException(status.Error ?? "The generation ended without a result.");
        string[] stored = [];
        if (cluster.Images is not FileImageStore)
        {
            stored = [.. result.Images.Select(image => image.Location)];
            result = await FetchedImages.FetchAsync(cluster.Images, request, result, settings.Out, cancellationToken);
        }

        string? grid = settings.Grid ? await WriteGridAsync(settings, request, result, cancellationToken) : null;
        line.Dispose();
        var report = new GenerateReport(request, result, grid, Replay.Of(settings.From, request, result), stored, startSeconds, clock.Elapsed.TotalSeconds);
        Console.Out.Write(settings.Json ? report.ToJson() : report.ToText());
        return 0;
    }

    /// <summary>The original demo's picture of the kept images: best first, four in a row.</summary>
    public static async Task<string> WriteGridAsync(GenerateSettings settings, GenerationRequest request, GenerationResult result, CancellationToken cancellationToken)
    {
        var sheet = ContactSheet.Compose([.. result.Images.Select(image => ImageReader.Read(image.Location))]);
        byte[] file = ImageWriter.Encode(sheet, Enum.Parse<ImageFileFormat>(request.Format.ToString()));
        var store = new FileImageStore(Options.Create(new FileImageStoreOptions { RootFolder = settings.Out }));
        return await store.WriteAsync($"{request.ImageNamePrefix}-grid.{GenerationRequest.Extension(request.Format)}", file, cancellationToken);
    }
}
