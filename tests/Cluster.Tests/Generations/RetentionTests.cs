using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>Generations that have ended are kept for the configured time, and then they are gone.</summary>
public sealed class RetentionTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(7), Short = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_has_been_kept_long_enough_is_removed_and_its_images_if_so_configured(bool withImages)
    {
        await using var sut = await Start(Short, withImages);
        var generation = await sut.Submit(await sut.Request());
        var images = (await Sut.Watch(generation))[^1].Status.Result!;

        await Gone(generation);

        await Assert.ThrowsAsync<KeyNotFoundException>(() => generation.GetStatusAsync());
        Assert.All(images.Images.Select(i => i.Location).Append(images.ManifestLocation), file => Assert.Equal(!withImages, File.Exists(file)));
        Assert.Empty(Files("imageowners"));
        while (Files("finished_finishedindex").Count > 0) await Task.Delay(20, Sut.Token);   // the index of it is written off behind it
    }

    [Fact]
    public async Task Images_that_an_equal_request_owns_as_well_go_with_the_last_of_them()
    {
        await using var sut = await Start(Long);
        var first = await sut.Submit(await sut.Request());
        var images = (await Sut.Watch(first))[^1].Status.Result!.Images;
        var second = await sut.Submit(await sut.Request());
        Assert.Equal(images.Select(i => i.Location), (await Sut.Watch(second))[^1].Status.Result!.Images.Select(i => i.Location));

        await first.ForgetAsync(withImages: true);
        Assert.All(images, image => Assert.True(File.Exists(image.Location)));

        await second.ForgetAsync(withImages: true);
        Assert.All(images, image => Assert.False(File.Exists(image.Location)));
    }

    [Fact]
    public async Task What_ended_before_a_restart_is_removed_after_it()
    {
        IGenerationGrain generation;
        await using (var first = await Start(Long))
        {
            generation = await first.Submit(await first.Request());
            await Sut.Watch(generation);
        }
        Assert.NotEmpty(Files(generation.GetPrimaryKeyString()));
        await using var second = await Start(Short);
        await Gone(second.Grains.GetGrain<IGenerationGrain>(generation.GetPrimaryKeyString()));
    }

    [Fact]
    public async Task What_was_begun_again_is_kept_from_its_last_end_on()
    {
        await using var sut = await Start(Long);
        var submission = new Submission { Request = await sut.Request(), Shared = true };
        var generation = await sut.Submit(submission);
        await generation.CancelAsync();
        await Sut.Watch(generation);
        var between = DateTimeOffset.UtcNow;
        await sut.Accept(submission);
        await Sut.Watch(generation);

        await generation.ForgetAsync(false, endedBefore: between);

        Assert.Equal(GenerationState.Completed, (await generation.GetStatusAsync()).State);
    }

    [Fact]
    public async Task An_empty_bucket_stays_listed_as_long_as_something_may_come_into_it()
    {
        await using var sut = await Start(Short);
        var buckets = sut.Grains.GetGrain<IFinishedBucketsGrain>("fake");
        long open = FinishedBucket.StartOf(DateTimeOffset.UtcNow - 2 * Short, Short);
        await buckets.AddAsync(open);
        // By the time that the second of them is gone there has been a whole sweep with the open one in it.
        foreach (int old in new[] { 1, 2 })
        {
            await buckets.AddAsync(old);
            while ((await buckets.ListAsync()).Contains(old)) await Task.Delay(20, Sut.Token);
        }
        Assert.Equal([open], await buckets.ListAsync());
    }

    [Fact]
    public void A_bucket_is_closed_some_time_after_its_end()
    {
        var end = DateTimeOffset.FromUnixTimeSeconds(1_000_000_130);
        Assert.False(FinishedBucket.IsClosed(1_000_000_120, Short, end));
        Assert.False(FinishedBucket.IsClosed(1_000_000_120, Short, end.AddMinutes(5)));
        Assert.True(FinishedBucket.IsClosed(1_000_000_120, Short, end.AddMinutes(5.1)));
    }

    [Fact]
    public void Buckets_are_as_wide_as_the_retention_needs()
    {
        var end = DateTimeOffset.FromUnixTimeSeconds(1_000_000_123);
        Assert.Equal(1_000_000_120, FinishedBucket.StartOf(end, TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromHours(1), FinishedBucket.Width(TimeSpan.FromDays(3650)));
        Assert.Equal(("a/b", 1_000_000_120), FinishedBucket.Parse(FinishedBucket.Key("a/b", 1_000_000_120, 15)));
    }

    /// <summary>Until nobody knows of it any more: its files go first.</summary>
    private async Task Gone(IGenerationGrain generation)
    {
        while (Files(generation.GetPrimaryKeyString()).Count > 0) await Task.Delay(20, Sut.Token);
        while (await IsKnown()) await Task.Delay(20, Sut.Token);

        async Task<bool> IsKnown()
        {
            try
            {
                return await generation.GetStatusAsync() is not null;
            }
            catch (KeyNotFoundException)
            {
                return false;
            }
        }
    }

    private List<string> Files(string name) => [.. Directory.GetFiles(_folder["data"], "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f).Contains(name, StringComparison.Ordinal))];

    private Task<Sut> Start(TimeSpan retention, bool removeImages = false) => Sut.CreateSut(
        services => services.Configure<GenerationOptions>(o => (o.Retention, o.RemoveImages) = (retention, removeImages)),
        [new FakeEngine()], _folder["images"], _folder["data"]);
}
