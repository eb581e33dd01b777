using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>What comes is written at once, what goes is written off with what comes next.</summary>
public sealed class UnfinishedIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FaultyStorage _storage = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_that_ended_is_written_off_with_the_next_that_comes()
    {
        await using var sut = await _storage.StartAsync(_folder);
        await Index(sut).AddAsync("first");
        await Index(sut).RemoveAsync("first");
        Assert.Empty(await Index(sut).ListAsync());
        Assert.Equal(["first"], await Stored(sut));

        await Index(sut).AddAsync("second");
        Assert.Equal(["second"], await Stored(sut));

        await Index(sut).AddAsync("first");
        Assert.Equal(["first", "second"], await Stored(sut));
    }

    [Fact]
    public async Task One_that_is_there_already_does_not_wait_for_another_to_be_written_off()
    {
        await using var sut = await _storage.StartAsync(_folder);
        await Index(sut).AddAsync("stays");
        await Index(sut).AddAsync("goes");
        await Index(sut).RemoveAsync("goes");

        await Index(sut).AddAsync("stays").WaitAsync(TimeSpan.FromSeconds(5), Sut.Token);

        Assert.Equal(["stays"], await Stored(sut));
    }

    [Fact]
    public async Task One_that_ended_is_written_off_when_the_silo_stops()
    {
        await using (var first = await _storage.StartAsync(_folder))
        {
            await Index(first).AddAsync("first");
            await Index(first).RemoveAsync("first");
        }
        await using var second = await _storage.StartAsync(_folder);
        Assert.Empty(await Index(second).ListAsync());
    }

    /// <summary>Of a model without a gateway, which would sweep out what nobody knows.</summary>
    private static IUnfinishedIndexGrain Index(Sut sut) => UnfinishedIndexGrain.Of(sut.Grains, "nobody's", 0);

    private async Task<IEnumerable<string>> Stored(Sut sut)
    {
        var state = new GrainState<UnfinishedIndex>();
        await _storage.ReadStateAsync("unfinished", Index(sut).GetGrainId(), state);
        return state.State!.Ids.Order();
    }
}
