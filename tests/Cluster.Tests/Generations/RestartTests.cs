using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>What was accepted survives the whole cluster: here it is stopped, and started again on the same folder.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly TaskCompletionSource _never = new();
    private readonly TemporaryFolder _folder = new();
    private TimeSpan _withoutDevices = TimeSpan.FromMinutes(2);
    private IServiceProvider? _services;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_ran_goes_on_by_itself_and_what_had_ended_can_still_be_read()
    {
        string ended, running;
        List<GenerationEvent> before;
        GenerationRequest request;
        int lastNumber;
        FakeEngine engine = new();
        await using (var first = await Start(engine))
        {
            var done = await first.Submit(await first.Request(seed: 1));
            before = await Sut.Watch(done);
            engine.Hold = _never.Task;
            request = await first.Request(seed: 2);
            var held = await first.Submit(request);
            await first.Until(s => s.Devices[0].Free == 0);
            (ended, running) = (done.GetPrimaryKeyString(), held.GetPrimaryKeyString());
            var seen = held.WatchAsync(0, Sut.Token).GetAsyncEnumerator(Sut.Token);
            await seen.MoveNextAsync();
            lastNumber = seen.Current.Number;
            await first.Cluster.DisposeAsync();
        }

        FakeEngine next = new();
        await using var second = await Start(next);
        await next.Freed.WaitAsync(Sut.Token);   // nobody has asked for it
        var after = await Sut.Watch(second.Grains.GetGrain<IGenerationGrain>(running), from: lastNumber + 1);
        var read = await Sut.Watch(second.Grains.GetGrain<IGenerationGrain>(ended));

        Assert.Equal(GenerationEventKind.Retried, after[0].Kind);
        Assert.Equal((GenerationState.Completed, 8), (after[^1].Status.State, next.Sampled));
        Assert.Equal(after.Select(e => e.Number).Order(), after.Select(e => e.Number));
        Assert.Equal(
            before.Where(e => e.Kind != GenerationEventKind.Sampling).Select(e => (e.Number, e.Kind, e.Status.State)),
            read.Select(e => (e.Number, e.Kind, e.Status.State)));
        Assert.Equal(before[^1].Status.Result!.Images, read[^1].Status.Result!.Images);
        Assert.Equal((0, 0), ((await second.Status()).Unfinished, (await second.Status()).Waiting));
    }

    [Fact]
    public async Task What_was_accepted_waits_for_a_device_that_comes_later()
    {
        string id;
        FakeEngine held = new() { Hold = _never.Task };
        await using (var first = await Start(held))
        {
            id = (await first.Submit(await first.Request())).GetPrimaryKeyString();
            await held.Halfway.WaitAsync(Sut.Token);
        }

        await using var second = await Start();
        var generation = second.Grains.GetGrain<IGenerationGrain>(id);
        Assert.Equal(GenerationState.Queued, (await generation.GetStatusAsync()).State);
        FakeEngine later = new();
        _services!.GetRequiredService<DeviceRegistry>().Add(later);

        Assert.Equal(GenerationState.Completed, (await Sut.Watch(generation))[^1].Status.State);
        Assert.Equal(8, later.Sampled);
    }

    [Fact]
    public async Task Stopping_in_good_order_is_no_crash_however_often()
    {
        string? id = null;
        for (int i = 0; i < 6; i++)   // one more than it takes to be quarantined
        {
            FakeEngine held = new() { Hold = _never.Task };
            await using var sut = await Start(held);
            id ??= (await sut.Submit(await sut.Request())).GetPrimaryKeyString();
            await held.Halfway.WaitAsync(Sut.Token);
        }

        await using var last = await Start(new FakeEngine());
        var end = (await Sut.Watch(last.Grains.GetGrain<IGenerationGrain>(id!)))[^1].Status;

        Assert.Equal((GenerationState.Completed, 0), (end.State, end.Retries));
    }

    [Fact]
    public async Task A_generation_that_is_being_encoded_is_handed_over_as_well()
    {
        string id;
        FakeEngine held = new() { HoldOthers = _never.Task };
        await using (var first = await Start(held)) id = (await first.Submit(await first.Request())).GetPrimaryKeyString();

        await using var second = await Start(new FakeEngine());
        var end = (await Sut.Watch(second.Grains.GetGrain<IGenerationGrain>(id)))[^1].Status;

        Assert.Equal((GenerationState.Completed, 0), (end.State, end.Retries));
    }

    [Fact]
    public async Task A_model_whose_devices_are_not_back_yet_is_known_and_its_requests_wait()
    {
        await using (var first = await Start(new FakeEngine())) await first.Draw(await first.Request());

        await using var second = await Start();
        var accepted = await second.Accept(new() { Request = await second.Request(seed: 8) });
        Assert.Null(accepted.ExpectedIn);
        _services!.GetRequiredService<DeviceRegistry>().Add(new FakeEngine());

        Assert.Equal(GenerationState.Completed, (await Sut.Watch(second.Grains.GetGrain<IGenerationGrain>(accepted.Id)))[^1].Status.State);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => second.Request(model: "cats"));
    }

    [Fact]
    public async Task A_model_whose_devices_stay_away_is_refused_with_a_time_to_try_again()
    {
        await using (var first = await Start(new FakeEngine())) await first.Draw(await first.Request());
        _withoutDevices = TimeSpan.Zero;

        await using var second = await Start();
        var request = await second.Request(seed: 8);
        var error = await Assert.ThrowsAsync<RefusedException>(() => second.Submit(request));

        Assert.Equal((RefusalReason.NoDevice, TimeSpan.FromSeconds(30)), (error.Reason, error.RetryAfter));
        Assert.StartsWith("No device of the model 'fake' is ready", error.Message);
    }

    [Fact]
    public async Task What_was_accepted_for_a_version_that_has_been_replaced_fails_and_is_drawn_by_no_other()
    {
        string id;
        FakeEngine held = new() { Hold = _never.Task }, other = new(digest: 'e');
        await using (var first = await Start(held))
        {
            id = (await first.Submit(await first.Request())).GetPrimaryKeyString();
            await held.Halfway.WaitAsync(Sut.Token);
        }
        _withoutDevices = TimeSpan.Zero;

        await using var second = await Start(other);
        var end = (await Sut.Watch(second.Grains.GetGrain<IGenerationGrain>(id)))[^1].Status;

        Assert.StartsWith("The request was made for another version of the model 'fake'", end.Error);
        Assert.Equal(0, other.Sampled);
    }

    [Fact]
    public async Task A_record_with_too_many_crashes_fails_with_the_cause_and_is_not_run()
    {
        FakeEngine engine = new();
        await using var sut = await Start(engine);
        var generation = sut.Grains.GetGrain<IGenerationGrain>("suspect");
        await Write(generation, await Record(sut) with { Crashes = 4, AmongDevices = true });

        var end = (await Sut.Watch(generation))[^1];

        Assert.Equal("Quarantined: 5 processes were lost while they drew this request.", end.Status.Error);
        Assert.Equal((GenerationEventKind.Failed, 0), (end.Kind, engine.Sampled));
    }

    [Fact]
    public async Task What_was_cancelled_stays_cancelled_although_the_process_died_before_it_had_ended()
    {
        FakeEngine engine = new();
        await using var sut = await Start(engine);
        var generation = sut.Grains.GetGrain<IGenerationGrain>("cancelled");
        await Write(generation, await Record(sut) with { Cancelled = true, AmongDevices = true });

        var end = (await Sut.Watch(generation))[^1];

        Assert.Equal((GenerationEventKind.Cancelled, 0), (end.Kind, engine.Sampled));
    }

    [Fact]
    public async Task Cancelling_is_written_down_before_it_is_answered()
    {
        FakeEngine held = new() { Hold = _never.Task };
        await using var sut = await Start(held);
        var generation = await sut.Submit(await sut.Request());
        await held.Halfway.WaitAsync(Sut.Token);

        await generation.CancelAsync();

        var state = new GrainState<GenerationRecord>();
        await _services!.GetRequiredKeyedService<IGrainStorage>(ClusterOptions.GrainStorageName).ReadStateAsync("generation", generation.GetGrainId(), state);
        Assert.True(state.State!.Cancelled);
    }

    [Fact]
    public async Task A_gateway_that_was_lost_is_no_crash()
    {
        await using var sut = await Start(new FakeEngine());
        var generation = sut.Grains.GetGrain<IGenerationGrain>("innocent");
        await Write(generation, await Record(sut) with { Crashes = 4, AmongDevices = false });
        Assert.Equal(GenerationState.Completed, (await Sut.Watch(generation))[^1].Status.State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_forgotten_is_gone_and_its_images_on_request(bool withImages)
    {
        await using var sut = await Start(new FakeEngine());
        var generation = await sut.Submit(await sut.Request());
        var images = (await Sut.Watch(generation))[^1].Status.Result!.Images;

        await generation.ForgetAsync(withImages);

        await Assert.ThrowsAsync<KeyNotFoundException>(() => generation.GetStatusAsync());
        Assert.All(images, i => Assert.Equal(!withImages, File.Exists(i.Location)));
        Assert.DoesNotContain(
            Directory.GetFiles(_folder["data"], "*", SearchOption.AllDirectories), file => file.Contains(generation.GetPrimaryKeyString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_runs_is_not_forgotten()
    {
        FakeEngine held = new() { Hold = _never.Task };
        await using var sut = await Start(held);
        var generation = await sut.Submit(await sut.Request());
        await generation.ForgetAsync(true);
        Assert.NotEqual(GenerationState.Completed, (await generation.GetStatusAsync()).State);
    }

    private async Task<Sut> Start(params FakeEngine[] engines)
    {
        var options = new EmbeddedClusterOptions
        {
            ImageFolder = _folder["images"],
            DataFolder = _folder["data"],
            ConfigureServices = services => services
                .Configure<GenerationOptions>(o => (o.Backoff, o.Reassurance) = (TimeSpan.Zero, TimeSpan.FromMilliseconds(200)))
                .Configure<QueueOptions>(o => o.WithoutDevices = _withoutDevices)
                .AddSingleton<IHostedService>(provider => new Nothing(_services = provider)),
        };
        return new() { Folder = _folder["none"], Cluster = await EmbeddedCluster.StartAsync(options, engines, Sut.Token) };
    }

    private static async Task<GenerationRecord> Record(Sut sut)
    {
        var request = await sut.Request();
        return new() { Submission = new() { Request = request }, Model = await sut.Grains.GetGrain<IGatewayGrain>("fake").DescribeAsync(), AcceptedAt = DateTimeOffset.UtcNow };
    }

    private Task Write(IGenerationGrain generation, GenerationRecord record) => _services!
        .GetRequiredKeyedService<IGrainStorage>(ClusterOptions.GrainStorageName)
        .WriteStateAsync("generation", generation.GetGrainId(), new GrainState<GenerationRecord>(record));

    /// <summary>There to be made with the host's services.</summary>
    private sealed class Nothing(IServiceProvider services) : IHostedService
    {
        public IServiceProvider Services => services;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
