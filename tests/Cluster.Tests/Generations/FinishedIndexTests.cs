using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>Lists that go with their last entry, while another one comes.</summary>
public sealed class FinishedIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource _hold = new();
    private readonly FaultyStorage _storage = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_that_comes_while_the_last_one_goes_is_kept()
    {
        await using var sut = await Start();
        var now = DateTimeOffset.UtcNow;
        var index = sut.Grains.GetGrain<IFinishedIndexGrain>(FinishedBucket.Key("fake", now.ToUnixTimeSeconds(), 0));
        await index.AddAsync("first", now);

        var goes = index.RemoveAsync(["first"]);
        await _storage.Clearing.WaitAsync(Sut.Token);
        var comes = index.AddAsync("second", now);
        while (!(await index.ListAsync(now, 10))!.Contains("second")) await Task.Delay(5, Sut.Token);
        _hold.SetResult();
        await Task.WhenAll(goes, comes);

        Assert.Equal(["second"], await index.ListAsync(now, 10));
    }

    [Fact]
    public async Task One_that_comes_while_a_tenants_last_one_goes_is_kept()
    {
        await using var sut = await Start();
        var now = DateTimeOffset.UtcNow;
        long number = TenantIndex.PartOf(now, "x");
        var part = TenantIndex.Part(sut.Grains, "a", number);
        await part.AddAsync(new("first", now, "fake", null));

        var goes = part.RemoveAsync("first", now);
        await _storage.Clearing.WaitAsync(Sut.Token);
        var comes = part.AddAsync(new("second", now, "fake", null));
        while ((await part.ListAsync()).Count == 0) await Task.Delay(5, Sut.Token);
        _hold.SetResult();
        await Task.WhenAll(goes, comes);

        Assert.Equal(["second"], (await part.ListAsync()).Select(e => e.Id));
        Assert.Equal([number], await TenantIndex.Hour(sut.Grains, "a", TenantIndex.HourOf(number)).ListAsync());
    }

    private async Task<Sut> Start()
    {
        var sut = await _storage.StartAsync(_folder);
        _storage.HoldClearing = _hold.Task;
        return sut;
    }
}
