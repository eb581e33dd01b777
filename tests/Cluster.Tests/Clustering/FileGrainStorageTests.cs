using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace ClipGen.Cluster.Tests.Clustering;

public sealed class FileGrainStorageTests : IDisposable
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    private readonly TemporaryFolder _folder = new();
    private readonly GrainId _grain = GrainId.Create("counter", "a");

    public void Dispose() => _folder.Dispose();

    // Each time another: what one has written, the next one reads from the disk.
    private FileGrainStorage CreateSut(string? folder = null) => new(
        folder ?? _folder.Path,
        new OrleansGrainStorageSerializer(Services.GetRequiredService<Serializer>()),
        Services.GetRequiredService<IActivatorProvider>());

    private async Task<GrainState<Counter>> Read(GrainId? grain = null, string name = "state")
    {
        var state = new GrainState<Counter>();
        await CreateSut().ReadStateAsync(name, grain ?? _grain, state);
        return state;
    }

    private async Task<int> Total(GrainId? grain = null, string name = "state") => (await Read(grain, name)).State!.Total;

    private async Task<GrainState<Counter>> Write(int total, GrainId? grain = null, string name = "state", GrainState<Counter>? state = null)
    {
        state ??= new();
        state.State = new() { Total = total, Last = new([1, 2, 3], "é\n") };
        await CreateSut().WriteStateAsync(name, grain ?? _grain, state);
        return state;
    }

    [Fact]
    public async Task What_was_written_is_read()
    {
        var written = await Write(7);
        var read = await Read();
        Assert.Equal(7, read.State!.Total);
        Assert.Equal([1, 2, 3], read.State.Last!.Bytes);
        Assert.Equal("é\n", read.State.Last.Text);
        Assert.True(written.RecordExists && read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
    }

    [Fact]
    public async Task What_was_not_written_is_new()
    {
        var read = await Read();
        Assert.Equal(0, read.State!.Total);
        Assert.Equal((false, null), (read.RecordExists, read.ETag));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Each_grain_and_each_state_has_a_file_of_its_own()
    {
        var other = GrainId.Create("counter", "b");
        await Write(1);
        await Write(2, other);
        await Write(3, name: "other");
        Assert.Equal((1, 2, 3), (await Total(), await Total(other), await Total(name: "other")));
        Assert.Equal(3, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public async Task A_change_is_made_only_to_what_was_read()
    {
        var first = await Write(1);
        var second = await Read();
        string? old = first.ETag;
        await Write(2, state: first);
        Assert.NotEqual(old, first.ETag);

        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => Write(3, state: second));
        Assert.Equal((first.ETag, second.ETag), (error.StoredEtag, error.CurrentEtag));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(3));
        await Assert.ThrowsAsync<InconsistentStateException>(() => CreateSut().ClearStateAsync("state", _grain, second));
        Assert.Equal(2, await Total());
    }

    [Fact]
    public async Task Of_many_writers_at_once_one_wins()
    {
        var sut = CreateSut();
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 16).Select(i => Task.Run(async () =>
        {
            try
            {
                await sut.WriteStateAsync("state", _grain, new GrainState<Counter> { State = new() { Total = i } });
                return i;
            }
            catch (InconsistentStateException)
            {
                return 0;
            }
        })));
        int winner = Assert.Single(outcomes, i => i != 0);
        Assert.Equal(winner, await Total());
    }

    [Fact]
    public async Task What_is_cleared_is_gone_and_can_be_written_anew()
    {
        var state = await Write(1);
        await CreateSut().ClearStateAsync("state", _grain, state);
        Assert.Equal(((bool, string?, int))(false, null, 0), (state.RecordExists, state.ETag, state.State!.Total));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        await CreateSut().ClearStateAsync("state", _grain, state);

        await Write(2, state: state);
        Assert.Equal(2, await Total());
    }

    [Fact]
    public async Task Half_a_file_that_a_dying_process_left_is_not_seen()
    {
        var state = await Write(1);
        await File.WriteAllTextAsync(_folder[".clipgen-0123.tmp"], "clipgen-state 2\nhalf", Sut.Token);
        Assert.Equal(1, await Total());
        await Write(2, state: state);
        Assert.Equal(2, await Total());
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_left_as_it_is()
    {
        await Write(1);
        string file = Directory.GetFiles(_folder.Path).Single();
        await File.WriteAllTextAsync(file, "", Sut.Token);

        var read = await Assert.ThrowsAsync<StateStoreException>(() => Read());
        await Assert.ThrowsAsync<StateStoreException>(() => Write(2));
        Assert.Equal($"'{file}' is damaged or not a grain's state; bring back a copy of it, or move it away to begin anew.", read.Message);
        Assert.Empty(await File.ReadAllBytesAsync(file, Sut.Token));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b\\c:d*?\"<>|")]
    [InlineData("a\0b\nc")]
    [InlineData(".")]
    [InlineData("CON")]
    [InlineData("Ünïcödé 🎈")]
    public async Task Any_key_is_a_file_in_the_folder(string key)
    {
        var grain = GrainId.Create("counter", key);
        await Write(5, grain);
        Assert.Equal(5, await Total(grain));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Keys_that_some_file_systems_take_for_one_are_two()
    {
        string[] keys = [new('k', 5000), new('k', 5001), "A", "a", "a/b", "a_b", "a.", "a"];
        string[] names = [.. keys.Select(k => StateFileName.Of("state", GrainId.Create("counter", k)).ToUpperInvariant())];
        Assert.Equal(keys.Distinct().Count(), names.Distinct().Count());
        Assert.All(names, name => Assert.InRange(name.Length, 1, 140));
        await Write(1, GrainId.Create("counter", keys[0]));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        Parts.Require(Directory.Exists("/proc/self"), "/proc, a folder in which not even root makes folders");
        var state = new GrainState<Counter> { State = new() };
        var error = await Assert.ThrowsAsync<StateStoreException>(() => CreateSut("/proc/clipgen").WriteStateAsync("state", _grain, state));
        Assert.Equal($"Cannot write '/proc/clipgen/{StateFileName.Of("state", _grain)}': its folder cannot be made there; choose another folder.", error.Message);
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_not_taken_for_what_is_not_there()
    {
        Parts.Require(!OperatingSystem.IsWindows(), "a system on which everyone may make a link");
        string loop = _folder["loop"];
        Directory.CreateSymbolicLink(loop, loop);
        await Assert.ThrowsAsync<StateStoreException>(() => CreateSut(loop).ReadStateAsync("state", _grain, new GrainState<Counter>()));
    }

    [Fact]
    public async Task A_grain_finds_its_state_again_after_the_silo_and_its_caller_hears_what_is_wrong()
    {
        ClusterOptions options = new() { DataFolder = _folder.Path, SiloName = "alone" };
        await using (var silo = await TestSilo.StartAsync(options)) Assert.Equal(3, await silo.Counter("a").AddAsync(3));
        await using (var silo = await TestSilo.StartAsync(options))
        {
            Assert.Equal(5, await silo.Counter("a").AddAsync(2));
            Assert.Equal("alone", await silo.Counter("a").SiloAsync());
        }

        string file = Directory.GetFiles(_folder["state"]).Single();
        Assert.StartsWith("state_counter_a-", Path.GetFileName(file));
        await File.WriteAllTextAsync(file, "?", Sut.Token);
        await using (var silo = await TestSilo.StartAsync(options))
        {
            var error = await Assert.ThrowsAsync<StateStoreException>(() => silo.Counter("a").AddAsync(2));
            Assert.Contains(file, error.Message);
        }
    }
}
