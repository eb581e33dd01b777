using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class StoreRetryTests
{
    private readonly SkippingClock _clock = new();
    private readonly GenerationOptions _options = new();
    private readonly List<Exception> _retried = [];
    private int _calls;

    private StoreRetry CreateSut(string id = "g") => new(_options, id, _clock, _retried.Add);

    [Fact]
    public async Task A_store_that_is_away_for_a_minute_is_waited_for()
    {
        string location = await CreateSut().RunAsync(Write, Sut.Token);

        Assert.Equal("there", location);
        Assert.InRange(_clock.Elapsed, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1) + (_options.LongestBackoff * 1.25));
        Assert.Equal(_calls - 1, _retried.Count);

        Task<string> Write()
        {
            _calls++;
            return _clock.Elapsed < TimeSpan.FromMinutes(1) ? throw new IOException("The host is down.") : Task.FromResult("there");
        }
    }

    [Fact]
    public async Task A_store_that_stays_away_fails_after_its_attempts_with_the_cause()
    {
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut().RunAsync(() => Fail(new ImageStoreException("Away.", isTransient: true)), Sut.Token));
        Assert.Equal(("Away.", _options.StoreAttempts), (error.Message, _calls));
    }

    [Fact]
    public async Task An_error_that_does_not_pass_fails_at_once()
    {
        await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut().RunAsync(() => Fail(new ImageStoreException("There is something else.")), Sut.Token));
        Assert.Equal((1, 0), (_calls, _retried.Count));
    }

    [Fact]
    public async Task Generations_do_not_come_back_all_at_once()
    {
        var waits = new HashSet<TimeSpan>();
        for (int i = 0; i < 20; i++)
        {
            var before = _clock.Elapsed;
            bool first = true;
            await CreateSut($"generation {i}").RunAsync(() => first ? Throw() : Task.CompletedTask, Sut.Token);
            waits.Add(_clock.Elapsed - before);

            Task Throw()
            {
                first = false;
                throw new IOException("Away.");
            }
        }
        Assert.InRange(waits.Count, 15, 20);
        Assert.All(waits, wait => Assert.InRange(wait, _options.Backoff * 0.75, _options.Backoff * 1.25));
    }

    [Fact]
    public async Task A_generation_completes_although_the_store_fails_now_and_then()
    {
        using var folder = new TemporaryFolder();
        var store = new UnreliableStore(new FileImageStore(Microsoft.Extensions.Options.Options.Create(new FileImageStoreOptions { RootFolder = folder.Path })));
        await using var sut = await Sut.CreateSut(services => services.AddSingleton<IImageStore>(store), []);

        var end = (await sut.Draw(await sut.Request()))[^1].Status;

        Assert.Equal((GenerationState.Completed, store.Failures), (end.State, end.Retries));
        Assert.All(end.Result!.Images, image => Assert.True(File.Exists(image.Location)));
    }

    private Task Fail(Exception e)
    {
        _calls++;
        throw e;
    }

    /// <summary>Fails two calls of three.</summary>
    private sealed class UnreliableStore(IImageStore inner) : IImageStore
    {
        private int _calls;

        public int Failures { get; private set; }

        public Task EnsureWritableAsync(CancellationToken cancellationToken) => inner.EnsureWritableAsync(cancellationToken);

        public Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, ImageProperties? properties, CancellationToken cancellationToken)
        {
            if (++_calls % 3 == 0) return inner.WriteAsync(name, content, properties, cancellationToken);
            Failures++;
            throw new TimeoutException("The store does not answer.");
        }

        public Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => inner.ReadAsync(name, cancellationToken);

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

        public string LocationOf(string name) => inner.LocationOf(name);
    }
}
