using System.Diagnostics.Metrics;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Storage;

public sealed class UnstoredImagesTests : IDisposable
{
    private const int Side = 32;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    /// <param name="room">Images that have room.</param>
    private UnstoredImages CreateSut(int room) =>
        new(Options.Create(new ImageStoreOptions { MaxUnstoredBytes = (long)room * Side * Side * 3 }), new ClusterInstruments(_services.GetRequiredService<IMeterFactory>()));

    [Fact]
    public async Task What_has_no_room_waits_for_it_in_the_order_in_which_it_came()
    {
        var sut = CreateSut(room: 4);
        var three = await sut.EnterAsync(3, Side, Sut.Token);
        var two = sut.EnterAsync(2, Side, Sut.Token);
        var one = sut.EnterAsync(1, Side, Sut.Token);
        Assert.False(two.IsCompleted);
        Assert.False(one.IsCompleted);   // it would fit, but whoever asks for much must not wait for ever

        three.Dispose();
        three.Dispose();   // once more gives back nothing
        (await two).Dispose();
        var last = await one;
        await sut.EnterAsync(3, Side, Sut.Token);
        var more = sut.EnterAsync(1, Side, Sut.Token);

        Assert.False(more.IsCompleted);
        last.Dispose();
        await more;
    }

    [Fact]
    public async Task More_than_there_is_room_for_gets_all_of_it()
    {
        var sut = CreateSut(room: 4);
        var all = await sut.EnterAsync(1024, Side, Sut.Token);
        var next = sut.EnterAsync(1, Side, Sut.Token);
        Assert.False(next.IsCompleted);
        all.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_lets_the_next_one_in()
    {
        var sut = CreateSut(room: 4);
        using var stop = new CancellationTokenSource();
        var three = await sut.EnterAsync(3, Side, Sut.Token);
        var two = sut.EnterAsync(2, Side, stop.Token);
        var one = sut.EnterAsync(1, Side, Sut.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        (await one).Dispose();
        three.Dispose();
        (await sut.EnterAsync(4, Side, Sut.Token)).Dispose();   // nothing was taken for who gave up
    }

    [Fact]
    public async Task New_work_waits_while_somebody_waits_for_room_and_only_then()
    {
        var sut = CreateSut(room: 1);
        var first = await sut.EnterAsync(1, Side, Sut.Token);
        await sut.WhenNobodyWaitsAsync(Sut.Token);   // full, but nobody waits

        var second = sut.EnterAsync(1, Side, Sut.Token);
        var clear = sut.WhenNobodyWaitsAsync(Sut.Token);
        Assert.False(clear.IsCompleted);
        first.Dispose();
        await clear;

        (await second).Dispose();
        await sut.WhenNobodyWaitsAsync(Sut.Token);
    }

    [Fact]
    public async Task Many_at_once_never_have_more_than_the_room()
    {
        const int Room = 5;
        var sut = CreateSut(Room);
        int held = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            int images = (i % 3) + 1;
            using var place = await sut.EnterAsync(images, Side, Sut.Token);
            int now = Interlocked.Add(ref held, images);
            for (int seen; now > (seen = Volatile.Read(ref most)); Interlocked.CompareExchange(ref most, now, seen)) continue;
            await Task.Yield();
            Interlocked.Add(ref held, -images);
        })));
        Assert.InRange(most, 3, Room);
        (await sut.EnterAsync(Room, Side, Sut.Token)).Dispose();
    }

    public void Dispose() => _services.Dispose();
}
