using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>Generations that have ended are kept for the configured time, and then they are gone.</summary>
public sealed class RetentionTests : IDisposable
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7), Day = TimeSpan.FromDays(1);

    private readonly ShiftedClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private bool _removeImages;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_has_been_kept_long_enough_is_removed_and_its_images_if_so_configured(bool withImages)
    {
        _removeImages = withImages;
        await using var sut = await Start();
        using var back = _clock;
        var old = await sut.Submit(await sut.Request(seed: 1));
        var images = (await Sut.Watch(old))[^1].Status.Result!;
        _clock.Advance(2 * Day);
        var young = await sut.Submit(await sut.Request(seed: 2));
        await Sut.Watch(young);

        _clock.Advance(Retention - Day);
        await Gone(old);

        await Assert.ThrowsAsync<KeyNotFoundException>(() => old.GetStatusAsync());
        Assert.Equal(GenerationState.Completed, (await young.GetStatusAsync()).State);
        Assert.All(images.Images.Select(i => i.Location).Append(images.ManifestLocation), file => Assert.Equal(!withImages, File.Exists(file)));
        Assert.Single(Files("imageowners"));   // the young one's

        _clock.Advance(2 * Day);
        await Gone(young);
        while (Files("finishedindex").Count > 0) await Task.Delay(20, Sut.Token);   // the index of them is written off behind them
    }

    [Fact]
    public async Task Images_that_an_equal_request_owns_as_well_go_with_the_last_of_them()
    {
        _removeImages = true;
        await using var sut = await Start();
        using var back = _clock;
        var first = await sut.Submit(await sut.Request());
        var images = (await Sut.Watch(first))[^1].Status.Result!.Images;
        _clock.Advance(2 * Day);
        var second = await sut.Submit(await sut.Request());
        Assert.Equal(images.Select(i => i.Location), (await Sut.Watch(second))[^1].Status.Result!.Images.Select(i => i.Location));

        _clock.Advance(Retention - Day);
        await Gone(first);
        Assert.All(images, image => Assert.True(File.Exists(image.Location)));

        _clock.Advance(2 * Day);
        await Gone(second);
        Assert.All(images, image => Assert.False(File.Exists(image.Location)));
    }

    [Fact]
    public async Task What_ended_before_a_restart_is_removed_after_it()
    {
        IGenerationGrain generation;
        await using (var first = await Start())
        {
            generation = await first.Submit(await first.Request());
            await Sut.Watch(generation);
        }
        _clock.Advance(Retention + Day);
        await using var second = await Start();
        using var back = _clock;
        await Gone(generation);
    }

    [Fact]
    public async Task What_was_begun_again_is_kept_from_its_last_end_on()
    {
        await using var sut = await Start();
        using var back = _clock;
        var submission = new Submission { Request = await sut.Request(), Shared = true };
        var generation = await sut.Submit(submission);
        await generation.CancelAsync();
        await Sut.Watch(generation);
        _clock.Advance(2 * Day);
        await sut.Accept(submission);
        await Sut.Watch(generation);

        await generation.ForgetAsync(false, endedBefore: _clock.GetUtcNow() - Day);

        Assert.Equal(GenerationState.Completed, (await generation.GetStatusAsync()).State);
    }

    [Fact]
    public void Buckets_are_as_wide_as_the_retention_needs()
    {
        var end = DateTimeOffset.FromUnixTimeSeconds(1_000_000_123);
        Assert.Equal(1_000_000_120, FinishedBucket.StartOf(end, TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromHours(1), FinishedBucket.Width(TimeSpan.FromDays(3650)));
        Assert.Equal(("a/b", 1_000_000_120), FinishedBucket.Parse(FinishedBucket.Key("a/b", 1_000_000_120, 15)));
    }

    private async Task Gone(IGenerationGrain generation)
    {
        while (Files(generation.GetPrimaryKeyString()).Count > 0) await Task.Delay(20, Sut.Token);
    }

    private List<string> Files(string name) => [.. Directory.GetFiles(_folder["data"], "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f).Contains(name, StringComparison.Ordinal))];

    private Task<Sut> Start() => Sut.CreateSut(
        services => services.AddSingleton<TimeProvider>(_clock).Configure<GenerationOptions>(o => (o.Retention, o.RemoveImages) = (Retention, _removeImages)),
        [new FakeEngine()], _folder["images"], _folder["data"]);
}
