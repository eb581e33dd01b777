using System.Diagnostics;
using ClipGen.Cli.Joining;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Generating;

/// <summary>Joins a cluster that runs elsewhere, has it draw the request, and brings the pictures here.</summary>
internal static class JoinedRun
{
    /// <summary>How long a gateway may take to hear of its devices, which tell it every second, and how long a submission may fail.</summary>
    private static readonly TimeSpan DevicesPatience = TimeSpan.FromSeconds(4), SubmitPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan BeforeAgain = TimeSpan.FromMilliseconds(250);

    public static async Task<int> RunAsync(GenerateSettings settings, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        if (Path.GetFileName(settings.Model) != settings.Model)
            throw new CommandException($"--model is '{settings.Model}'; with --cluster it is the name of a model that the cluster's devices have, not a folder.");
        using var line = new StatusLine();
        line.Show("joining the cluster …");
        string name = $"generate-{Environment.MachineName}-{Guid.NewGuid():N}";
        await using var client = await ClientSilo.StartAsync(settings.Cluster!, name, settings.Data is { } data ? Path.GetFullPath(data) : null, log: null, cancellationToken);
        var request = GenerationRequest.Create(settings.Parameters, await DescribeAsync(client, settings.Model, cancellationToken));
        double startSeconds = clock.Elapsed.TotalSeconds;

        line.Show("submitting …");
        var accepted = await SubmitAsync(client, request, settings.PromptImages, cancellationToken);
        var status = await GenerationWatch.FollowAsync(() => client.Grains.GetGrain<IGenerationGrain>(accepted.Id), line, cancellationToken);
        if (status.Result is not { } stored) throw new CommandException(status.Error ?? "The generation ended without a result.");

        var result = await FetchedImages.FetchAsync(client.Images, request, stored, settings.Out, cancellationToken);
        string? grid = settings.Grid ? await GenerateRun.WriteGridAsync(settings, request, result, cancellationToken) : null;
        line.Dispose();
        var report = new GenerateReport(request, result, grid, Replay.Of(settings.From, request, result), [], startSeconds, clock.Elapsed.TotalSeconds);
        Console.Out.Write(settings.Json ? report.ToJson() : report.ToText());
        return 0;
    }

    private static async Task<ModelDescription> DescribeAsync(ClientSilo client, string model, CancellationToken cancellationToken)
    {
        if (client.IsAlone) throw new CommandException("No silo runs in the cluster that --cluster names; start some with clipgen serve --cluster.");
        for (long began = Stopwatch.GetTimestamp(); ; await Task.Delay(BeforeAgain, cancellationToken))
        {
            var (description, problem) = await TryDescribeAsync(client, model, cancellationToken);
            if (description is not null) return description;
            if (Stopwatch.GetElapsedTime(began) > DevicesPatience) throw new CommandException(problem);
        }
    }

    private static async Task<(ModelDescription? Model, string Problem)> TryDescribeAsync(ClientSilo client, string model, CancellationToken cancellationToken)
    {
        try
        {
            var gateway = client.Grains.GetGrain<IGatewayGrain>(model);
            var description = await gateway.DescribeAsync().WaitAsync(cancellationToken);
            var devices = (await gateway.GetStatusAsync().WaitAsync(cancellationToken)).Devices;
            if (devices.Any(d => !d.Draining && d.Trouble is null)) return (description, "");
            return (null, $"No device with the model '{model}' is in service: {string.Join("; ", devices.Select(d => $"{d.Key} {d.Trouble ?? "is being stopped"}"))}");
        }
        catch (ModelNotFoundException e)
        {
            var models = await client.Grains.GetGrain<IClusterDirectoryGrain>(0).ModelsAsync().WaitAsync(cancellationToken);
            return (null, models.Count > 0
                ? e.Message
                : "No device of the cluster is ready; start one with clipgen serve --roles gpu --cluster, or wait until its /health/ready says so.");
        }
        catch (Exception e) when (GenerationWatch.IsPassing(e) && !cancellationToken.IsCancellationRequested)
        {
            return (null, $"No gateway of the cluster answers; start one with clipgen serve --roles gateway --cluster. ({e.Message})");
        }
    }

    /// <summary>Sent again under the same key while it fails: however often it arrives, it is one generation.</summary>
    private static async Task<Accepted> SubmitAsync(ClientSilo client, GenerationRequest request, PromptImageFiles images, CancellationToken cancellationToken)
    {
        var submission = new Submission { Request = request, IdempotencyKey = Guid.NewGuid().ToString("N") };
        for (long began = Stopwatch.GetTimestamp(); ; await Task.Delay(BeforeAgain, cancellationToken))
        {
            try
            {
                return await images.SubmitAsync(client.Grains, submission).WaitAsync(cancellationToken);
            }
            catch (Exception e) when ((GenerationWatch.IsPassing(e) || e is ModelNotFoundException) && !cancellationToken.IsCancellationRequested)
            {
                if (Stopwatch.GetElapsedTime(began) > SubmitPatience) throw new CommandException($"The cluster does not accept it: {e.Message}");
            }
        }
    }
}
