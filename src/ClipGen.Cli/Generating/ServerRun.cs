using System.Diagnostics;
using ClipGen.Cli.Terminal;
using ClipGen.Client;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipGen.Cli.Generating;

/// <summary>Has a server draw the request, fetches the images, and shows what comes back as if it had been drawn here.</summary>
internal static class ServerRun
{
    /// <summary>The key where <c>--api-key</c> would show it to everybody who lists processes.</summary>
    public const string ApiKeyVariable = "CLIPGEN_API_KEY";

    public static async Task<int> RunAsync(GenerateSettings settings, string server, string? apiKey, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address)) throw new CommandException($"--server is '{server}'; use the gateway's address, for example http://localhost:8080.");
        var services = new ServiceCollection();
        services.AddClipGenClient(o => (o.BaseAddress, o.ApiKey) = (address, apiKey ?? Environment.GetEnvironmentVariable(ApiKeyVariable)));
        await using var provider = services.BuildServiceProvider();
        using var tracing = ClipGenTelemetryExtensions.StartClipGenTracing();
        try
        {
            return await RunAsync(settings, provider.GetRequiredService<IClipGenClient>(), cancellationToken);
        }
        catch (ClipGenInvalidRequestException e)
        {
            throw new InvalidRequestException(e.Errors);
        }
        catch (ClipGenException e)
        {
            throw new CommandException(e.Message);
        }
    }

    private static async Task<int> RunAsync(GenerateSettings settings, IClipGenClient client, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var line = new StatusLine();
        line.Show("asking the server …");
        var models = await client.GetModelsAsync(cancellationToken);
        var model = models.FirstOrDefault(m => m.Name == settings.Model)
            ?? throw new CommandException($"The server has no model '{settings.Model}'. {(models.Count == 0 ? "It has none yet." : $"It has: {string.Join(", ", models.Select(m => m.Name))}.")}");
        // Made here as well: it names the files as a run in this process would, and what is wrong with it is told before anything is sent.
        var request = GenerationRequest.Create(settings.Parameters, model);
        var store = new FileImageStore(Options.Create(new FileImageStoreOptions { RootFolder = settings.Out }));
        await store.EnsureWritableAsync(cancellationToken);
        double startSeconds = clock.Elapsed.TotalSeconds;

        var end = await WatchAsync(client.StreamAsync(ToSend(request, settings.PromptImages), cancellationToken), line);
        if (end.Result is not { } result) throw new CommandException(end.Error ?? "The generation ended without a result.");
        request = end.Request with { ImageNamePrefix = request.ImageNamePrefix };   // what it has drawn, of the model that it had by then
        result = await FetchAsync(client, end, request, result, settings.PromptImages, store, cancellationToken);

        string? grid = settings.Grid ? await GenerateRun.WriteGridAsync(settings, request, result, cancellationToken) : null;
        line.Dispose();
        var report = new GenerateReport(request, result, grid, Replay.Of(settings.From, request, result), [], startSeconds, clock.Elapsed.TotalSeconds);
        Console.Out.Write(settings.Json ? report.ToJson() : report.ToText());
        return 0;
    }

    /// <summary>Writes what a run in this process would have written.</summary>
    private static async Task<GenerationResult> FetchAsync(
        IClipGenClient client, GenerationStatus end, GenerationRequest request, GenerationResult result, PromptImageFiles promptImages, FileImageStore store, CancellationToken cancellationToken)
    {
        foreach (var image in request.Parts?.Select(part => part.Image).OfType<PromptImage>() ?? [])
        {
            if (promptImages.Find(image) is { } file) await store.WriteAsync(image.Name, file, cancellationToken);
        }
        var images = new List<RankedImage>();
        foreach (var image in result.Images)
        {
            var file = await client.DownloadAsync(end, image, cancellationToken);
            string name = request.ImageName(image.Candidate);
            images.Add(image with { Name = name, Location = await store.WriteAsync(name, file.Content, cancellationToken) });
        }
        result = result with { Images = images };
        return result with { ManifestLocation = await store.WriteAsync(request.ManifestName, ManifestFile.Of(request, result), cancellationToken) };
    }

    private static GenerateRequest ToSend(GenerationRequest request, PromptImageFiles images) => new()
    {
        Prompt = request.Parts is null ? request.Prompt : null,
        Prompts = request.Parts is null ? null : [.. request.Parts.Select(part => new WeightedPrompt { Text = part.Text, Image = part.Image is { } image ? images.Find(image) : default(ReadOnlyMemory<byte>?), Weight = part.Weight })],
        Model = request.Model,
        Keep = request.Keep,
        Candidates = request.Candidates,
        Seed = request.Seed,
        TopK = request.Sampling.TopK,
        TopP = request.Sampling.TopP,
        Temperature = request.Sampling.Temperature,
        Format = request.Format,
        EmbedMetadata = request.EmbedMetadata,
        ReferenceQuirks = request.ReferenceQuirks,
    };

    private static async Task<GenerationStatus> WatchAsync(IAsyncEnumerable<GenerationUpdate> updates, StatusLine line)
    {
        GenerationStatus? last = null;
        await foreach (var update in updates)
        {
            last = update.Status;
            double share = last.CodesDrawn / (double)last.CodesTotal;
            line.Show(update.Kind switch
            {
                GenerationUpdateKind.Queued or GenerationUpdateKind.Encoded => "reading the prompt …",
                GenerationUpdateKind.Sampling or GenerationUpdateKind.Preview => $"sampling {StatusLine.Bar(share)} {share,4:P0}",
                GenerationUpdateKind.Retried => "a device was lost; others go on …",
                _ => "decoding and ranking …",
            });
        }
        return last ?? throw new CommandException("The generation was lost before it began.");
    }
}
