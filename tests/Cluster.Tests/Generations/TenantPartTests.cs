using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>When what is entered in a tenant's list is written down, and what of it stays.</summary>
public sealed class TenantPartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FaultyStorage _storage = new();
    private readonly ListedGeneration _begun = new("x", DateTimeOffset.UtcNow, "fake", End: null);

    private ListedGeneration Ended => _begun with { End = GenerationState.Completed };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task That_it_began_changes_nothing_when_it_comes_behind_the_end()
    {
        await using var sut = await _storage.StartAsync(_folder);
        await Part(sut).AddAsync(Ended);
        await Part(sut).AddAsync(_begun);
        Assert.Equal([Ended], await Part(sut).ListAsync());

        await Part(sut).AddAsync(_begun with { Id = "y" });
        Assert.Equal([Ended, _begun with { Id = "y" }], await Stored(sut));
    }

    [Fact]
    public async Task What_was_begun_again_takes_the_place_of_its_end()
    {
        await using var sut = await _storage.StartAsync(_folder);
        await Part(sut).AddAsync(Ended);
        var again = _begun with { AcceptedAt = _begun.AcceptedAt.AddTicks(1) };

        await Part(sut).AddAsync(again);

        Assert.Equal([again], await Part(sut).ListAsync());
    }

    [Fact]
    public async Task That_it_began_is_written_by_itself_or_with_its_end()
    {
        await using var sut = await _storage.StartAsync(_folder);
        await Part(sut).AddAsync(_begun);
        Assert.Equal([_begun], await Stored(sut));

        var other = _begun with { Id = "y" };
        var begins = Part(sut).AddAsync(other);
        while ((await Part(sut).ListAsync()).Count < 2) Sut.Token.ThrowIfCancellationRequested();
        await Part(sut).AddAsync(other with { End = GenerationState.Failed });
        await begins;
        Assert.Equal([_begun, other with { End = GenerationState.Failed }], await Stored(sut));
    }

    [Fact]
    public async Task What_was_not_written_yet_is_when_the_silo_stops()
    {
        var other = Ended with { Id = "y" };
        await using (var first = await _storage.StartAsync(_folder))
        {
            await Part(first).AddAsync(other);   // the part is listed from here on: what comes has nothing to wait for but its write
            Part(first).AddAsync(_begun).Ignore();
            while ((await Part(first).ListAsync()).Count < 2) Sut.Token.ThrowIfCancellationRequested();
        }
        await using var second = await _storage.StartAsync(_folder);
        Assert.Equal([other, _begun], await Part(second).ListAsync());
    }

    private ITenantPartGrain Part(Sut sut) => TenantIndex.Part(sut.Grains, "a", TenantIndex.PartOf(_begun.AcceptedAt, _begun.Id));

    private async Task<IReadOnlyList<ListedGeneration>> Stored(Sut sut)
    {
        var state = new GrainState<TenantPart>();
        await _storage.ReadStateAsync("tenantpart", Part(sut).GetGrainId(), state);
        return state.State!.Entries;
    }
}
