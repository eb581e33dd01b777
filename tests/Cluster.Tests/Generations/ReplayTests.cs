using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>A generation that is run again to see whether its images come out the same.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeEngine _engine = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_drawn_again_and_compared_and_stores_nothing()
    {
        await using var sut = await Start();
        // Equal requests of this kind share one run: a replay must not.
        var first = await Completed(sut, new() { Request = await sut.Request(), Shared = true });
        var written = Written();

        var replay = (await Sut.Watch(await sut.Submit(Submission.OfReplay(first))))[^1].Status;

        var outcome = replay.Replay!;
        Assert.Equal((16, 2, 2), (_engine.Sampled, _engine.Decoded, _engine.Encoded));
        Assert.Equal((GenerationState.Completed, first.Id, 0), (replay.State, replay.ReplayOf, replay.Result!.Images.Count));
        Assert.Equal((true, first.Id, replay.Id, "cpu", "cpu"), (outcome.Matches, outcome.GenerationId, outcome.ReplayId, outcome.DeviceKind, outcome.ReplayDeviceKind));
        Assert.Equal(first.Result!.Images.Select(i => (i.Candidate, i.CodesSha256, i.Sha256)), outcome.Images.Select(i => (i.Candidate, i.ReplayCodesSha256, i.ReplaySha256!)));
        Assert.Equal(written, Written());
        Assert.Equal([replay.Id, first.Id], (await sut.Grains.GetGrain<IGenerationListGrain>(Submission.DefaultTenant).ListAsync(new())).Generations.Select(g => g.Id));
    }

    [Fact]
    public async Task A_record_that_was_tampered_with_is_found_out()
    {
        string id;
        await using (var sut = await Start()) id = (await Completed(sut, new() { Request = await sut.Request() })).Id;
        await using var again = await Start();
        await Tamper(again, id, image => image.Rank == 1 ? image with { Sha256 = new string('0', 64) } : image with { CodesSha256 = new string('1', 64) });

        var first = await again.Grains.GetGrain<IGenerationGrain>(id).GetStatusAsync();
        var outcome = (await Sut.Watch(await again.Submit(Submission.OfReplay(first))))[^1].Status.Replay!;

        Assert.False(outcome.Matches);
        Assert.Equal([(true, false), (false, true)], outcome.Images.Select(i => (i.CodesMatch, i.PixelsMatch)));
        Assert.Equal(new string('0', 64), outcome.Images[0].Sha256);
    }

    [Fact]
    public async Task A_replay_that_is_forgotten_takes_no_image_with_it()
    {
        await using var sut = await Start();
        var first = await Completed(sut, new() { Request = await sut.Request() });
        var replay = await sut.Submit(Submission.OfReplay(first));
        await Sut.Watch(replay);

        await replay.ForgetAsync(withImages: true);

        await Assert.ThrowsAsync<KeyNotFoundException>(() => replay.GetStatusAsync());
        Assert.All(first.Result!.Images, image => Assert.True(File.Exists(image.Location)));
        Assert.True(File.Exists(first.Result!.ManifestLocation));
    }

    [Fact]
    public async Task A_key_makes_one_replay_and_has_nothing_to_do_with_the_same_key_elsewhere()
    {
        await using var sut = await Start();
        var first = await Completed(sut, new() { Request = await sut.Request(), IdempotencyKey = "key" });

        var one = await sut.Accept(Submission.OfReplay(first, "key"));
        var two = await sut.Accept(Submission.OfReplay(first, "key"));

        Assert.Equal((one.Id, false, true), (two.Id, one.Existing, two.Existing));
        Assert.NotEqual(first.Id, one.Id);
        Assert.True((await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(one.Id)))[^1].Status.Replay!.Matches);
    }

    [Fact]
    public async Task Only_a_generation_that_has_its_images_can_be_replayed()
    {
        _engine.Hold = new TaskCompletionSource().Task;
        await using var sut = await Start();
        var generation = await sut.Submit(await sut.Request());
        var running = await generation.GetStatusAsync();
        Assert.Throws<GenerationNotEndedException>(() => Submission.OfReplay(running));

        await generation.CancelAsync();
        var cancelled = (await Sut.Watch(generation))[^1].Status;
        Assert.Equal("id", Assert.Single(Assert.Throws<InvalidRequestException>(() => Submission.OfReplay(cancelled)).Errors).Parameter);

        _engine.Hold = Task.CompletedTask;
        var first = await Completed(sut, new() { Request = await sut.Request() });
        var replay = (await Sut.Watch(await sut.Submit(Submission.OfReplay(first))))[^1].Status;
        Assert.Contains(first.Id, Assert.Throws<InvalidRequestException>(() => Submission.OfReplay(replay)).Message);
    }

    [Fact]
    public async Task A_version_that_no_device_has_any_more_is_an_error_that_says_so()
    {
        GenerationStatus first;
        await using (var sut = await Start()) first = await Completed(sut, new() { Request = await sut.Request() });
        await using var other = await Sut.CreateSut(null, [new FakeEngine(digest: 'e')], _folder["images"], _folder["data"]);
        await other.Request();

        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => other.Submit(Submission.OfReplay(first)));

        Assert.StartsWith($"The generation {first.Id} was drawn by a version of the model 'fake' that no device has any more", error.Message);
    }

    [Fact]
    public async Task It_has_no_more_room_than_any_other()
    {
        await using var sut = await Start(services => services.Configure<QueueOptions>(o => o.MaxWaitingPerTenant = 8));
        var first = await Completed(sut, new() { Request = await sut.Request() });
        _engine.Hold = new TaskCompletionSource().Task;
        await sut.Accept(new() { Request = await sut.Request(seed: 8) });

        Assert.Equal(RefusalReason.TenantQuota, (await Assert.ThrowsAsync<RefusedException>(() => sut.Submit(Submission.OfReplay(first)))).Reason);
    }

    private static async Task<GenerationStatus> Completed(Sut sut, Submission submission)
    {
        var end = (await Sut.Watch(await sut.Submit(submission)))[^1].Status;
        Assert.Equal(GenerationState.Completed, end.State);
        return end;
    }

    private List<(string File, DateTime At)> Written() =>
        [.. Directory.GetFiles(_folder["images"], "*", SearchOption.AllDirectories).Order().Select(file => (file, File.GetLastWriteTimeUtc(file)))];

    private IServiceProvider? _services;

    private Task<Sut> Start(Action<IServiceCollection>? configure = null) => Sut.CreateSut(
        services =>
        {
            services.AddSingleton<IHostedService>(provider => new Nothing(_services = provider));
            configure?.Invoke(services);
        },
        [_engine], _folder["images"], _folder["data"]);

    private async Task Tamper(Sut sut, string id, Func<RankedImage, RankedImage> change)
    {
        var storage = _services!.GetRequiredKeyedService<IGrainStorage>(ClusterOptions.GrainStorageName);
        var grain = sut.Grains.GetGrain<IGenerationGrain>(id).GetGrainId();
        var state = new GrainState<GenerationRecord>();
        await storage.ReadStateAsync("generation", grain, state);
        var end = state.State!.End!;
        state.State = state.State with { End = end with { Result = end.Result! with { Images = [.. end.Result.Images.Select(change)] } } };
        await storage.WriteStateAsync("generation", grain, state);
    }

    /// <summary>There to be made with the host's services.</summary>
    private sealed class Nothing(IServiceProvider services) : IHostedService
    {
        public IServiceProvider Services => services;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
