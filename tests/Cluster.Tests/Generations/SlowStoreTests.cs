using System.Collections.Concurrent;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>A store that says it is there and takes nothing, as one does that throttles.</summary>
public sealed class SlowStoreTests : IDisposable
{
    private const int Room = 2;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeEngine _engine = new();
    private readonly ClosedStore _store;
    private UnstoredImages? _unstored;

    public SlowStoreTests() => _store = new(new FileImageStore(Options.Create(new FileImageStoreOptions { RootFolder = _folder.Path })));

    public void Dispose() => _folder.Dispose();

    private Task<Sut> StartAsync() => Sut.CreateSut(
        services =>
        {
            services.AddSingleton<IImageStore>(_store);
            services.AddSingleton(provider => _unstored = ActivatorUtilities.CreateInstance<UnstoredImages>(provider));
            services.Configure<ImageStoreOptions>(o => o.MaxUnstoredBytes = Room * _engine.Model.ImageSize * _engine.Model.ImageSize * 3);
            services.Configure<GenerationOptions>(o => (o.Backoff, o.LongestBackoff, o.StoreAttempts) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(200), 1000));
            services.Configure<QueueOptions>(o => o.MaxWaiting = GenerationRequest.MaxCandidates);
        },
        [_engine]);

    [Fact]
    public async Task No_more_images_are_drawn_than_there_is_room_for_until_they_are_stored()
    {
        const int Generations = 12, Candidates = 2;
        var hold = new TaskCompletionSource();
        _engine.Hold = hold.Task;
        await using var sut = await StartAsync();
        var generations = new List<IGenerationGrain>();
        for (int i = 0; i < Generations; i++) generations.Add(await sut.Submit(await sut.Request(seed: (ulong)i, candidates: Candidates, keep: 1)));

        while (_engine.Encoded < Generations) await Task.Delay(5, Sut.Token);   // none of them waits undrawn from here on
        hold.SetResult();
        // All codes are drawn, the store is asked again and again: whoever has an image has asked.
        while (_engine.Sampled < Generations * Candidates || _store.Refused < 20) await Task.Delay(5, Sut.Token);
        Assert.Equal(Room, _store.Asked);
        _store.Open();
        var ends = await Task.WhenAll(generations.Select(async g => (await Sut.Watch(g))[^1].Status));

        Assert.All(ends, end => Assert.Equal(GenerationState.Completed, end.State));
    }

    [Fact]
    public async Task New_requests_wait_undrawn_and_those_beyond_the_queue_are_refused_as_overloaded()
    {
        await using var sut = await StartAsync();
        var generations = new List<IGenerationGrain>();
        for (int i = 0; i <= Room; i++) generations.Add(await sut.Submit(await sut.Request(seed: (ulong)i, candidates: 1, keep: 1)));
        while (_unstored is null || _unstored.WhenNobodyWaitsAsync(Sut.Token).IsCompleted) await Task.Delay(5, Sut.Token);   // until the last of them waits for room

        var all = await sut.Request(seed: 100, candidates: GenerationRequest.MaxCandidates, keep: 1);
        generations.Add(await sut.Submit(all));
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await sut.Submit(await sut.Request(seed: 101, candidates: 1, keep: 1)));
        Assert.Equal(RefusalReason.QueueFull, refused.Reason);
        Assert.Equal(Room + 1, _engine.Sampled);

        _store.Open();
        Assert.All(await Task.WhenAll(generations.Select(async g => (await Sut.Watch(g))[^1].Status)), end => Assert.Equal(GenerationState.Completed, end.State));
    }

    [Fact]
    public async Task A_generation_that_waits_for_room_can_be_cancelled()
    {
        await using var sut = await StartAsync();
        var generations = new List<IGenerationGrain>();
        for (int i = 0; i <= Room; i++) generations.Add(await sut.Submit(await sut.Request(seed: (ulong)i, candidates: 1, keep: 1)));
        while (_unstored is null || _unstored.WhenNobodyWaitsAsync(Sut.Token).IsCompleted) await Task.Delay(5, Sut.Token);

        foreach (var generation in generations) await generation.CancelAsync();

        Assert.All(await Task.WhenAll(generations.Select(async g => (await Sut.Watch(g))[^1].Status)), end => Assert.Equal(GenerationState.Cancelled, end.State));
        _store.Open();
        Assert.Equal(GenerationEventKind.Completed, (await sut.Draw(await sut.Request(seed: 200, candidates: 1, keep: 1)))[^1].Kind);
    }

    private sealed class ClosedStore(IImageStore inner) : IImageStore
    {
        private readonly ConcurrentDictionary<string, bool> _asked = [];
        private volatile bool _open;
        private int _refused;

        /// <summary>Tries that it has refused.</summary>
        public int Refused => Volatile.Read(ref _refused);

        /// <summary>Images that it was to store before it opened.</summary>
        public int Asked => _asked.Count;

        public void Open() => _open = true;

        public Task EnsureWritableAsync(CancellationToken cancellationToken) => inner.EnsureWritableAsync(cancellationToken);

        public Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, ImageProperties? properties, CancellationToken cancellationToken)
        {
            if (_open) return inner.WriteAsync(name, content, properties, cancellationToken);
            _asked[name] = true;
            Interlocked.Increment(ref _refused);
            throw new ImageStoreException("It is busy.", isTransient: true);
        }

        public Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => inner.ReadAsync(name, cancellationToken);

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

        public string LocationOf(string name) => inner.LocationOf(name);
    }
}
