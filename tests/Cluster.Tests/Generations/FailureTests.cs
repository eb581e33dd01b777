using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class FailureTests
{
    [Fact]
    public async Task An_engine_that_fails_to_sample_fails_the_generation_with_its_message()
    {
        var engine = new FakeEngine { SampleFailure = new InvalidOperationException("The device fell off the bus.\nAnd a second line."), Hold = Task.Delay(-1, Sut.Token) };
        await using var sut = await Sut.CreateSut(engine);

        var end = (await sut.Draw(await sut.Request(candidates: engine.Device.Slots)))[^1];

        Assert.Equal(GenerationEventKind.Failed, end.Kind);
        Assert.Equal("The device fell off the bus.", end.Status.Error);
        Assert.Null(end.Status.Result);
        await engine.Freed.WaitAsync(Sut.Token);   // the other candidates were stopped, not left behind
    }

    [Fact]
    public async Task What_one_device_fails_another_one_draws()
    {
        FakeEngine[] engines = [new(0), new(1) { SampleFailure = new InvalidOperationException("Lost.") }];
        await using var sut = await Sut.CreateSut(engines);

        var events = await sut.Draw(await sut.Request());

        Assert.Equal(GenerationEventKind.Completed, events[^1].Kind);
        await using var alone = await Sut.CreateSut(new FakeEngine());
        Assert.Equal((await alone.Draw(await alone.Request()))[^1].Status.Result!.CandidateScores, events[^1].Status.Result!.CandidateScores);
    }

    [Fact]
    public async Task An_engine_that_fails_to_decode_fails_the_generation()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine { DecodeFailure = new NotSupportedException("Out of device memory.") });
        Assert.Equal("Out of device memory.", (await sut.Draw(await sut.Request()))[^1].Status.Error);
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_is_found_out_before_sampling()
    {
        string file = Path.GetTempFileName();
        var engine = new FakeEngine();
        await using var sut = await Sut.CreateSut(null, [engine], Path.Combine(file, "images"));

        var end = (await sut.Draw(await sut.Request()))[^1].Status;

        Assert.Equal(GenerationState.Failed, end.State);
        Assert.Contains($"'{file}' is a file, not a folder", end.Error);
        Assert.Equal(0, engine.Sampled);
        File.Delete(file);
    }

    [Fact]
    public async Task A_disk_that_fills_up_fails_the_generation()
    {
        await using var sut = await Sut.CreateSut(services => services.AddSingleton<IImageStore>(new FullStore()), []);
        Assert.Equal("Cannot write 'x': the disk is full.", (await sut.Draw(await sut.Request()))[^1].Status.Error);
    }

    [Fact]
    public async Task A_file_in_the_way_is_left_as_it_is()
    {
        await using var sut = await Sut.CreateSut();
        var image = (await sut.Draw(await sut.Request()))[^1].Status.Result!.Images[0];
        await File.WriteAllTextAsync(image.Location, "precious", Sut.Token);

        var end = (await sut.Draw(await sut.Request()))[^1].Status;

        Assert.StartsWith($"'{image.Location}' exists with other content", end.Error);
        Assert.Equal("precious", await File.ReadAllTextAsync(image.Location, Sut.Token));
    }

    [Fact]
    public async Task An_unknown_model_is_named_with_those_there_are()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(model: "shapes"), new FakeEngine(model: "birds"));
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => sut.Grains.GetGrain<IGatewayGrain>("cats").DescribeAsync());
        Assert.Equal("No device has the model 'cats'. There are: birds, shapes.", error.Message);
    }

    [Fact]
    public async Task A_request_for_another_version_of_the_model_is_refused()
    {
        await using var sut = await Sut.CreateSut();
        var request = await sut.Request() with { ModelDigest = "0123" };
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => sut.Submit(request));
        Assert.Contains("digest 0123", error.Message);
    }

    [Fact]
    public async Task More_than_the_gateway_takes_is_refused_with_a_time_to_try_again()
    {
        var engine = new FakeEngine { Hold = Task.Delay(-1, Sut.Token) };
        await using var sut = await Sut.CreateSut(s => s.Configure<QueueOptions>(o => o.MaxWaiting = 1024), [engine]);
        await sut.Submit(await sut.Request(candidates: 1000));

        // Four of the thousand may have slots by now, and do not wait any more.
        var error = await Assert.ThrowsAsync<RefusedException>(async () => await sut.Submit(await sut.Request(candidates: 32)));

        Assert.Equal(RefusalReason.QueueFull, error.Reason);
        Assert.InRange(error.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Matches("The model 'fake' has (996|1000) candidates waiting of at most 1024; 32 more do not fit. Try again in [0-9]+ s.", error.Message);
        await sut.Submit(await sut.Request(candidates: 20));
    }

    [Fact]
    public async Task Options_that_cannot_be_are_refused_at_the_start()
    {
        var error = await Assert.ThrowsAnyAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => Sut.CreateSut(s => s.Configure<QueueOptions>(o => o.MaxWaiting = 3), []));
        Assert.Contains("MaxWaiting must be between 1024 and 1000000.", error.Message);
    }

    private sealed class FullStore : IImageStore
    {
        public Task EnsureWritableAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, ImageProperties? properties, CancellationToken cancellationToken) =>
            throw new ImageStoreException("Cannot write 'x': the disk is full.");

        public Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;

        public string LocationOf(string name) => name;
    }
}
