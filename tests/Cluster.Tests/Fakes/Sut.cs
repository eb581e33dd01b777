using System.Runtime.CompilerServices;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Sdk;

namespace ClipGen.Cluster.Tests;

/// <summary>An embedded cluster on fake engines, with a folder of its own.</summary>
internal sealed class Sut : IAsyncDisposable
{
    /// <summary>Many times what any takes, on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly ConditionalWeakTable<ITest, CancellationTokenSource> Limits = [];

    public required EmbeddedCluster Cluster { get; init; }

    public required string Folder { get; init; }

    /// <summary>Of a test that waits for what is sure to come: one that waits in vain ends with an error that says where.</summary>
    public static CancellationToken Token => TestContext.Current is { Test: { } test, CancellationToken: var stop } ? Limits.GetValue(test, _ => Limited(stop)).Token : TestContext.Current.CancellationToken;

    public IGrainFactory Grains => Cluster.Grains;

    public static Task<Sut> CreateSut(params FakeEngine[] engines) => CreateSut(null, engines);

    public static async Task<Sut> CreateSut(Action<IServiceCollection>? configure, FakeEngine[] engines, string? folder = null, string? dataFolder = null)
    {
        folder ??= Path.Combine(Path.GetTempPath(), $"clipgen-{Guid.NewGuid():N}");
        var options = new EmbeddedClusterOptions
        {
            ImageFolder = folder,
            DataFolder = dataFolder,
            ConfigureServices = services =>
            {
                services.Configure<GenerationOptions>(o => o.Backoff = TimeSpan.Zero);
                configure?.Invoke(services);
            },
        };
        return new() { Folder = folder, Cluster = await EmbeddedCluster.StartAsync(options, engines.Length == 0 ? [new()] : engines, Token) };
    }

    public async Task<GenerationRequest> Request(string prompt = "a red circle", ulong seed = 7, int candidates = 8, int keep = 2, string model = "fake", Func<GenerationParameters, GenerationParameters>? with = null)
    {
        var description = await Grains.GetGrain<IGatewayGrain>(model).DescribeAsync();
        GenerationParameters parameters = new() { Prompt = prompt, Seed = seed, Candidates = candidates, Keep = keep };
        return GenerationRequest.Create(with?.Invoke(parameters) ?? parameters, description);
    }

    public Task<IGenerationGrain> Submit(GenerationRequest request) => Submit(new Submission { Request = request });

    public async Task<IGenerationGrain> Submit(Submission submission) =>
        Grains.GetGrain<IGenerationGrain>((await Grains.GetGrain<IGatewayGrain>(submission.Request.Model).SubmitAsync(submission)).Id);

    /// <summary>All events of a request, to its end.</summary>
    public async Task<List<GenerationEvent>> Draw(GenerationRequest request) => await Watch(await Submit(request));

    public static async Task<List<GenerationEvent>> Watch(IGenerationGrain generation, int from = 0)
    {
        var events = new List<GenerationEvent>();
        await foreach (var e in generation.WatchAsync(from, Token)) events.Add(e);
        return events;
    }

    public async Task<Accepted> Accept(Submission submission) => await Grains.GetGrain<IGatewayGrain>(submission.Request.Model).SubmitAsync(submission);

    public Task<GatewayStatus> Status(string model = "fake") => Grains.GetGrain<IGatewayGrain>(model).GetStatusAsync();

    /// <summary>Waits for what is sure to come.</summary>
    public async Task Until(Func<GatewayStatus, bool> holds)
    {
        while (!holds(await Status())) await Task.Delay(5, Token);
    }

    private static CancellationTokenSource Limited(CancellationToken stop)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        return limit;
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
