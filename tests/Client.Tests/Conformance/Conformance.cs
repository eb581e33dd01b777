using ClipGen.Client.Tests.Fakes;
using ClipGen.Client.Wire;
using ClipGen.Cluster.Scheduling;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Client.Tests.Conformance;

/// <summary>What a service may rely on, whichever way it talks to the cluster.</summary>
public abstract class Conformance
{
    private readonly TaskCompletionSource _hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static GenerateRequest RedCircle => new() { Prompt = "a red circle", Seed = 7, Candidates = 4, Keep = 2 };

    private protected abstract ServiceProvider Connect(TestCluster cluster, int maxRetries, TimeProvider? time = null);

    /// <summary>A client whose connection can be cut.</summary>
    private protected abstract (ServiceProvider Services, Action Cut, IAsyncDisposable? Between) ConnectCuttable(TestCluster cluster);

    [Fact]
    public async Task Drawing_gives_the_kept_images_as_they_are_stored_best_first()
    {
        await using var sut = await CreateSut();
        var drawn = await sut.Client.GenerateAsync(RedCircle, Token);

        Assert.Equal(2, drawn.Images.Count);
        Assert.Equal([1, 2], drawn.Images.Select(i => i.Info.Rank));
        Assert.True(drawn.Images[0].Info.ClipScore >= drawn.Images[1].Info.ClipScore);
        foreach (var image in drawn.Images)
        {
            Assert.Equal(await sut.Cluster.StoredAsync(image.Info.Name), image.Content.ToArray());
            Assert.Equal((7UL, "image/png"), (image.Seed, image.MediaType));
        }
        Assert.Equal((GenerationState.Completed, "fake", 4), (drawn.Generation.State, drawn.Generation.Request.Model, drawn.Generation.Result!.CandidateScores.Count));
    }

    [Fact]
    public async Task The_same_request_with_the_same_seed_is_the_same_image()
    {
        await using var sut = await CreateSut();
        var first = await sut.Client.GenerateAsync(RedCircle, Token);
        var second = await sut.Client.GenerateAsync(RedCircle, Token);
        Assert.NotEqual(first.Generation.Id, second.Generation.Id);
        Assert.Equal(first.Best.Info.Sha256, second.Best.Info.Sha256);
        Assert.Equal(first.Generation.Request.Digest, second.Generation.Request.Digest);
    }

    [Fact]
    public async Task A_stream_tells_everything_in_order_to_the_end()
    {
        await using var sut = await CreateSut();
        var updates = await All(sut.Client.StreamAsync(RedCircle, Token));

        Assert.Equal(GenerationUpdateKind.Queued, updates[0].Kind);
        Assert.Equal(GenerationUpdateKind.Completed, updates[^1].Kind);
        Assert.Equal(2, updates.Count(u => u.Kind == GenerationUpdateKind.ImageStored));
        Assert.Contains(updates, u => u.Kind == GenerationUpdateKind.Encoded);
        Assert.Contains(updates, u => u.Kind == GenerationUpdateKind.Sampling);
        Assert.All(updates.Zip(updates.Skip(1)), p => Assert.True(p.First.Number < p.Second.Number && p.First.Status.CodesDrawn <= p.Second.Status.CodesDrawn));
        Assert.All(updates.SkipLast(1), u => Assert.Null(u.Status.Result));
        Assert.Equal(updates[^1].Status.CodesTotal, updates[^1].Status.CodesDrawn);
        Assert.Equal(2, updates[^1].Status.Result!.Images.Count);
        Assert.All(updates, u => Assert.Equal("a red circle", u.Status.Request.Prompt));
    }

    [Fact]
    public async Task What_is_submitted_can_be_watched_from_any_number_on_and_looked_up()
    {
        await using var sut = await CreateSut();
        var accepted = await sut.Client.SubmitAsync(RedCircle, Token);
        var all = await All(sut.Client.WatchAsync(accepted.Id, cancellationToken: Token));
        int middle = all[all.Count / 2].Number;
        var rest = await All(sut.Client.WatchAsync(accepted.Id, middle, Token));
        var none = await All(sut.Client.WatchAsync(accepted.Id, all[^1].Number, Token));

        Assert.Equal(all[^1].Number, rest[^1].Number);
        Assert.All(rest, u => Assert.True(u.Number > middle));
        Assert.Empty(none);
        var found = await sut.Client.GetAsync(accepted.Id, Token);
        Assert.Equal((accepted.Id, GenerationState.Completed), (found.Id, found.State));
        Assert.Equal(all[^1].Status.Result!.Images.Select(i => i.Sha256), found.Result!.Images.Select(i => i.Sha256));
    }

    [Fact]
    public async Task Cancelling_stops_it_in_mid_sample()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await CreateSut([engine]);
        var accepted = await sut.Client.SubmitAsync(RedCircle, Token);
        await engine.Halfway.WaitAsync(Token);

        await sut.Client.CancelAsync(accepted.Id, Token);

        Assert.Equal(GenerationUpdateKind.Cancelled, (await All(sut.Client.WatchAsync(accepted.Id, cancellationToken: Token)))[^1].Kind);
        await engine.Freed.WaitAsync(Token);
        await sut.Client.CancelAsync(accepted.Id, Token);   // it has ended: nothing happens
    }

    [Fact]
    public async Task A_cancelled_call_takes_its_generation_with_it()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await CreateSut([engine]);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var call = sut.Client.GenerateAsync(RedCircle, cancel.Token);
        await engine.Halfway.WaitAsync(Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await engine.Freed.WaitAsync(Token);
        Assert.Equal(4, engine.Cancelled);
    }

    [Fact]
    public async Task One_key_is_one_generation_and_no_other_request_may_have_it()
    {
        await using var sut = await CreateSut();
        var request = RedCircle with { IdempotencyKey = "mine", Seed = null };   // a drawn seed must be drawn alike
        var first = await sut.Client.SubmitAsync(request, Token);
        var second = await sut.Client.SubmitAsync(request, Token);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.Request.Seed, second.Request.Seed);

        var error = await Assert.ThrowsAsync<ClipGenConflictException>(() => sut.Client.SubmitAsync(request with { Prompt = "a blue square" }, Token));
        Assert.Equal((WireNames.ErrorCodes.IdempotencyMismatch, "Idempotency-Key", false), (error.Code, error.Parameter, error.IsTransient));
    }

    [Fact]
    public async Task Everything_wrong_with_a_request_is_named_at_once()
    {
        await using var sut = await CreateSut();
        var error = await Assert.ThrowsAsync<ClipGenInvalidRequestException>(() => sut.Client.GenerateAsync(RedCircle with { Prompt = " ", TopP = 2, Temperature = -1 }, Token));
        Assert.Equal((WireNames.ErrorCodes.InvalidValue, "prompt"), (error.Code, error.Parameter));
        Assert.Equal(["prompt", "temperature", "top_p"], error.Errors.Select(e => e.Parameter).Order(StringComparer.Ordinal));

        var previews = await Assert.ThrowsAsync<ClipGenInvalidRequestException>(() => sut.Client.SubmitAsync(RedCircle with { Previews = 4 }, Token));
        Assert.Equal("partial_images", previews.Parameter);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var sut = await CreateSut();
        var model = await Assert.ThrowsAsync<ClipGenNotFoundException>(() => sut.Client.SubmitAsync(RedCircle with { Model = "none" }, Token));
        Assert.Equal((WireNames.ErrorCodes.ModelNotFound, "model"), (model.Code, model.Parameter));

        string id = new('0', 32);
        foreach (var call in new Func<Task>[] { () => sut.Client.GetAsync(id, Token), () => sut.Client.CancelAsync(id, Token), () => All(sut.Client.WatchAsync(id, cancellationToken: Token)) })
            Assert.Equal(WireNames.ErrorCodes.GenerationNotFound, (await Assert.ThrowsAsync<ClipGenNotFoundException>(call)).Code);
    }

    [Fact]
    public async Task A_generation_that_fails_ends_a_stream_and_throws_from_a_call()
    {
        await using var sut = await CreateSut([new FakeEngine { SampleFailure = new InvalidOperationException("the device is on fire") }]);

        var error = await Assert.ThrowsAsync<ClipGenGenerationException>(() => sut.Client.GenerateAsync(RedCircle, Token));
        Assert.Equal((WireNames.ErrorCodes.GenerationFailed, GenerationState.Failed), (error.Code, error.Generation.State));
        Assert.Contains("the device is on fire", error.Message, StringComparison.Ordinal);

        var last = (await All(sut.Client.StreamAsync(RedCircle, Token)))[^1];
        Assert.Equal(GenerationUpdateKind.Failed, last.Kind);
        Assert.Contains("the device is on fire", last.Status.Error!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_queue_refuses_and_says_when_to_come_again()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await CreateSut([engine], services => services.Configure<QueueOptions>(o => o.MaxWaitingPerTenant = 4));
        await sut.Client.SubmitAsync(RedCircle, Token);
        await engine.Halfway.WaitAsync(Token);
        await sut.Client.SubmitAsync(RedCircle, Token);   // fills the tenant's part

        var error = await Assert.ThrowsAsync<ClipGenRefusedException>(() => sut.Client.SubmitAsync(RedCircle, Token));
        Assert.Equal((WireNames.ErrorCodes.QuotaExceeded, true), (error.Code, error.IsTransient));
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public async Task Generations_are_listed_newest_first_page_by_page_and_filtered()
    {
        await using var sut = await CreateSut();
        var ids = new List<string>();
        for (ulong seed = 0; seed < 5; seed++) ids.Insert(0, (await sut.Client.GenerateAsync(RedCircle with { Seed = seed }, Token)).Generation.Id);

        var listed = await All(sut.Client.ListAsync(new() { PageSize = 2 }, Token));

        Assert.Equal(ids, listed.Select(g => g.Id));
        Assert.All(listed, g => Assert.Equal((GenerationState.Completed, 2), (g.State, g.Result!.Images.Count)));
        Assert.Equal(ids, (await All(sut.Client.ListAsync(cancellationToken: Token))).Select(g => g.Id));
        Assert.Empty(await All(sut.Client.ListAsync(new() { States = [GenerationState.Failed, GenerationState.Running] }, Token)));
        Assert.Empty(await All(sut.Client.ListAsync(new() { Model = "none" }, Token)));
        Assert.Empty(await All(sut.Client.ListAsync(new() { CreatedBefore = DateTimeOffset.UtcNow.AddHours(-1) }, Token)));
        Assert.Equal(5, (await All(sut.Client.ListAsync(new() { CreatedAfter = DateTimeOffset.UtcNow.AddHours(-1), States = [GenerationState.Completed] }, Token))).Count);
        var error = await Assert.ThrowsAsync<ClipGenInvalidRequestException>(() => All(sut.Client.ListAsync(new() { PageSize = 101 }, Token)));
        Assert.Equal("limit", error.Parameter);
    }

    [Fact]
    public async Task A_generation_is_run_again_and_compared()
    {
        var engine = new FakeEngine();
        await using var sut = await CreateSut([engine]);
        var first = await sut.Client.GenerateAsync(RedCircle, Token);

        var outcome = await sut.Client.ReplayAsync(first.Generation.Id, Token);

        Assert.Equal((true, first.Generation.Id, new string('d', 64), "cpu"), (outcome.Matches, outcome.GenerationId, outcome.ModelDigest, outcome.ReplayDeviceKind));
        Assert.Equal(first.Images.Select(i => (string?)i.Info.Sha256), outcome.Images.Select(i => i.ReplaySha256));
        Assert.Equal(8, engine.Sampled);
        var replay = await sut.Client.GetAsync(outcome.ReplayId, Token);
        Assert.Equal((first.Generation.Id, true), (replay.ReplayOf, replay.Replay!.Matches));
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_refused_and_one_that_nobody_waits_for_ends()
    {
        var engine = new FakeEngine();
        await using var sut = await CreateSut([engine]);
        var first = await sut.Client.GenerateAsync(RedCircle, Token);
        engine.Hold = _hold.Task;
        var held = await sut.Client.SubmitAsync(RedCircle, Token);

        var error = await Assert.ThrowsAsync<ClipGenConflictException>(() => sut.Client.ReplayAsync(held.Id, Token));
        Assert.Equal((WireNames.ErrorCodes.GenerationNotEnded, "id", true), (error.Code, error.Parameter, error.IsTransient));
        await Assert.ThrowsAsync<ClipGenNotFoundException>(() => sut.Client.ReplayAsync(new string('0', 32), Token));
        await sut.Client.CancelAsync(held.Id, Token);
        await All(sut.Client.WatchAsync(held.Id, cancellationToken: Token));
        Assert.Equal("id", (await Assert.ThrowsAsync<ClipGenInvalidRequestException>(() => sut.Client.ReplayAsync(held.Id, Token))).Parameter);

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var call = sut.Client.ReplayAsync(first.Generation.Id, cancel.Token);
        while (engine.Running == 0) await Task.Delay(5, Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        while (engine.Running > 0) await Task.Delay(5, Token);
    }

    [Fact]
    public async Task A_refused_call_waits_as_long_as_it_was_told_before_it_is_tried_again()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var cluster = await TestCluster.StartAsync([engine], services => services.Configure<QueueOptions>(o => o.MaxWaitingPerTenant = 4));
        var time = new RecordingTime(limit: TimeSpan.FromSeconds(90));
        await using var services = Connect(cluster, maxRetries: 2, time);
        var client = services.GetRequiredService<IClipGenClient>();
        await client.SubmitAsync(RedCircle, Token);
        await engine.Halfway.WaitAsync(Token);
        await client.SubmitAsync(RedCircle, Token);   // fills the tenant's part

        var error = await Assert.ThrowsAsync<ClipGenRefusedException>(() => client.SubmitAsync(RedCircle, Token));

        Assert.Equal(2, time.Pauses.Count);
        Assert.All(time.Pauses, pause => Assert.InRange(pause, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(60)));   // our own would be a millisecond
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public async Task A_connection_that_drops_among_the_events_is_taken_up_where_it_was()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var cluster = await TestCluster.StartAsync([engine]);
        var (services, cut, between) = ConnectCuttable(cluster);
        var client = services.GetRequiredService<IClipGenClient>();

        var updates = new List<GenerationUpdate>();
        await foreach (var update in client.StreamAsync(RedCircle, Token))
        {
            updates.Add(update);
            if (update.Kind != GenerationUpdateKind.Encoded) continue;
            await engine.Halfway.WaitAsync(Token);
            cut();
            _hold.SetResult();
        }

        Assert.All(updates.Zip(updates.Skip(1)), p => Assert.True(p.First.Number < p.Second.Number));   // nothing is told twice
        Assert.Equal((1, 2), (updates.Count(u => u.Kind == GenerationUpdateKind.Encoded), updates.Count(u => u.Kind == GenerationUpdateKind.ImageStored)));
        Assert.Equal(GenerationUpdateKind.Completed, updates[^1].Kind);
        Assert.Equal(4, engine.Sampled);   // and nothing is drawn twice
        await services.DisposeAsync();
        if (between is not null) await between.DisposeAsync();
    }

    [Fact]
    public async Task A_watch_that_is_cancelled_leaves_its_generation_alone()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await CreateSut([engine]);
        var accepted = await sut.Client.SubmitAsync(RedCircle, Token);
        await engine.Halfway.WaitAsync(Token);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in sut.Client.WatchAsync(accepted.Id, cancellationToken: cancel.Token)) await cancel.CancelAsync();
        });

        _hold.SetResult();
        Assert.Equal(GenerationUpdateKind.Completed, (await All(sut.Client.WatchAsync(accepted.Id, cancellationToken: Token)))[^1].Kind);
    }

    [Fact]
    public async Task A_deadline_that_cannot_hold_is_refused_for_good()
    {
        await using var sut = await CreateSut();
        var error = await Assert.ThrowsAsync<ClipGenRefusedException>(() => sut.Client.SubmitAsync(RedCircle with { Deadline = TimeSpan.FromMilliseconds(1) }, Token));
        Assert.Equal((WireNames.ErrorCodes.DeadlineCannotHold, "deadline_ms", false), (error.Code, error.Parameter, error.IsTransient));
    }

    [Fact]
    public async Task Without_a_device_the_model_is_still_loading()
    {
        await using var sut = await CreateSut([]);
        var error = await Assert.ThrowsAsync<ClipGenUnavailableException>(() => sut.Client.SubmitAsync(RedCircle, Token));
        Assert.Equal((WireNames.ErrorCodes.ModelLoading, true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task Models_are_told_with_what_a_request_must_fit()
    {
        await using var sut = await CreateSut([new FakeEngine(0, "circles"), new FakeEngine(1, "squares")]);
        var models = await sut.Client.GetModelsAsync(Token);
        Assert.Equal(["circles", "squares"], models.Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.All(models, m => Assert.Equal((512, 64, 32, 8), (m.CodebookSize, m.CodesPerImage, m.ImageSize, m.DefaultCandidates)));

        var error = await Assert.ThrowsAsync<ClipGenInvalidRequestException>(() => sut.Client.SubmitAsync(RedCircle, Token));   // which of them?
        Assert.Equal((WireNames.ErrorCodes.MissingRequiredParameter, "model"), (error.Code, error.Parameter));
        Assert.Equal("squares", (await sut.Client.SubmitAsync(RedCircle with { Model = "squares" }, Token)).Request.Model);
    }

    [Fact]
    public async Task It_is_an_image_generator()
    {
        await using var sut = await CreateSut();
        using var generator = new ClipGenImageGenerator(sut.Client, "fake");
        var options = new ImageGenerationOptions { Count = 2, MediaType = "image/webp", ImageSize = new(32, 32), AdditionalProperties = new() { ["seed"] = 7, ["candidates"] = "4" } };
        var response = await generator.GenerateImagesAsync("a red circle", options, Token);

        var direct = await sut.Client.GenerateAsync(RedCircle with { Format = ImageFormat.Webp }, Token);
        Assert.Equal(direct.Images.Select(i => i.Content.ToArray()), response.Contents.Cast<DataContent>().Select(c => c.Data.ToArray()));
        Assert.All(response.Contents.Cast<DataContent>(), c => Assert.Equal("image/webp", c.MediaType));
        Assert.Equal(4 * 64, response.Usage!.OutputTokenCount);
        Assert.Equal("fake", generator.GetRequiredService<ImageGeneratorMetadata>().DefaultModelId);

        options.ImageSize = new(64, 64);
        Assert.Equal("size", (await Assert.ThrowsAsync<ClipGenInvalidRequestException>(() => generator.GenerateImagesAsync("a red circle", options, Token))).Parameter);
    }

    [Fact]
    public async Task An_image_can_be_the_prompt_alone_or_blended()
    {
        await using var sut = await CreateSut();
        byte[] picture = PromptFiles.Picture();
        var alone = await sut.Client.GenerateAsync(RedCircle with { Prompt = null, Image = picture }, Token);
        var beside = await sut.Client.GenerateAsync(RedCircle with { Image = picture }, Token);
        var blend = await sut.Client.GenerateAsync(
            RedCircle with { Prompt = null, Prompts = [new() { Text = "a red circle", Weight = 0.7 }, new() { Image = picture, Weight = 0.3 }] }, Token);

        var image = PromptImage.Of(picture);
        Assert.Equal([new PromptPart { Image = image }], alone.Generation.Request.Parts!);
        Assert.Equal([new PromptPart { Text = "a red circle" }, new PromptPart { Image = image }], beside.Generation.Request.Parts!);
        Assert.Equal([new PromptPart { Text = "a red circle", Weight = 0.7 }, new PromptPart { Image = image, Weight = 0.3 }], blend.Generation.Request.Parts!);
        Assert.Equal(3, new[] { alone, beside, blend }.Select(drawn => drawn.Generation.Request.Digest).Distinct().Count());
        Assert.Equal(picture, await sut.Cluster.StoredAsync(image!.Name));
    }

    [Fact]
    public async Task What_is_wrong_with_an_image_is_an_error_that_names_it()
    {
        await using var sut = await CreateSut();
        byte[] cut = PromptFiles.Picture()[..^40];
        foreach (var (request, parameter) in new[]
        {
            (RedCircle with { Image = cut }, "image"),
            (RedCircle with { Image = new byte[] { 1, 2, 3 } }, "image"),
            (RedCircle with { Prompt = null, Prompts = [new() { Text = "x" }, new() { Image = cut }] }, "prompts[1].image"),
            (RedCircle with { Prompt = null, Prompts = [new() { Text = "x", Weight = -1 }] }, "prompts[0].weight"),
            (RedCircle with { Prompts = [new() { Text = "x" }] }, "prompts"),
        })
        {
            var error = await Assert.ThrowsAsync<ClipGenInvalidRequestException>(() => sut.Client.SubmitAsync(request, Token));
            Assert.Equal((parameter, WireNames.ErrorCodes.InvalidValue), (error.Parameter, error.Code));
        }
    }

    [Fact]
    public async Task Original_images_of_an_image_generator_are_prompts()
    {
        await using var sut = await CreateSut();
        using var generator = new ClipGenImageGenerator(sut.Client);
        var picture = new DataContent(PromptFiles.Picture(), "image/png");
        var options = new ImageGenerationOptions { AdditionalProperties = new() { ["seed"] = 7, ["candidates"] = 4 } };

        var varied = await generator.GenerateAsync(new() { OriginalImages = [picture] }, options, Token);
        var edited = await generator.GenerateAsync(new("a red circle", [picture]), options, Token);

        Assert.Equal(PromptImage.Of(picture.Data.Span), Assert.Single(((GenerationStatus)varied.RawRepresentation!).Request.Parts!).Image);
        Assert.Equal(["a red circle", null], ((GenerationStatus)edited.RawRepresentation!).Request.Parts!.Select(p => p.Text));
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(new("x", [new UriContent("https://example.org/a.png", "image/png")]), options, Token));
    }

    private static async Task<List<T>> All<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items) all.Add(item);
        return all;
    }

    private async Task<Sut> CreateSut(FakeEngine[]? engines = null, Action<IServiceCollection>? configure = null)
    {
        var cluster = await TestCluster.StartAsync(engines ?? [new()], configure);
        return new(cluster, Connect(cluster, maxRetries: 0));
    }

    private sealed record Sut(TestCluster Cluster, ServiceProvider Services) : IAsyncDisposable
    {
        public IClipGenClient Client => Services.GetRequiredService<IClipGenClient>();

        public async ValueTask DisposeAsync()
        {
            await Services.DisposeAsync();
            await Cluster.DisposeAsync();
        }
    }
}

public sealed class HttpConformanceTests : Conformance
{
    private protected override ServiceProvider Connect(TestCluster cluster, int maxRetries, TimeProvider? time) => Clients.Http(cluster.Address, o => o.MaxRetries = maxRetries, time);

    private protected override (ServiceProvider Services, Action Cut, IAsyncDisposable? Between) ConnectCuttable(TestCluster cluster)
    {
        var between = new CuttableHttp(cluster.Address);
        return (Clients.Http(between.Address), between.Cut, between);
    }
}

public sealed class InClusterConformanceTests : Conformance
{
    private protected override ServiceProvider Connect(TestCluster cluster, int maxRetries, TimeProvider? time) => Clients.InCluster(cluster.Grains, o => o.MaxRetries = maxRetries, time);

    private protected override (ServiceProvider Services, Action Cut, IAsyncDisposable? Between) ConnectCuttable(TestCluster cluster)
    {
        var grains = new CuttableGrains(cluster.Grains);
        return (Clients.InCluster(grains.Grains), grains.Cut, null);
    }
}
