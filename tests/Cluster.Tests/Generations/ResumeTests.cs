using System.Buffers.Binary;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Embedded;
using ClipGen.Silo.Sampling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>What was drawn and told of is not drawn again. A candidate has 64 codes and tells of them every eighth; engines that hold do so after 33.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly TaskCompletionSource _never = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_device_of_the_same_kind_goes_on_where_a_lost_one_was()
    {
        FakeEngine lost = new(0) { Hold = _never.Task }, other = new(1);

        byte[][] files = await LoseFirst(lost, other);

        Assert.Equal([32, 32, 32, 32], other.Given);
        Assert.Equal((4 * 33, 4 * 32), (lost.Drawn, other.Drawn));
        Assert.Equal(await Undisturbed(), files);
    }

    [Fact]
    public async Task A_device_of_another_kind_begins_at_zero()
    {
        FakeEngine lost = new(0) { Hold = _never.Task }, other = new(0, kind: "cuda");

        byte[][] files = await LoseFirst(lost, other);

        Assert.Equal([0, 0, 0, 0], other.Given);
        Assert.Equal(await Undisturbed(), files);
    }

    [Fact]
    public async Task A_suspect_begins_at_zero()
    {
        FakeEngine lost = new(0) { Hold = _never.Task }, other = new(1);

        byte[][] files = await LoseFirst(lost, other, o => o.CrashesBeforeIsolation = 1);

        Assert.Equal([0, 0, 0, 0], other.Given);
        Assert.Equal(await Undisturbed(), files);
    }

    [Fact]
    public async Task A_candidate_that_a_device_has_failed_begins_at_zero()
    {
        // The second candidate fails halfway, and is drawn by the other device.
        FakeEngine bad = new(0) { SampleFailure = new InvalidOperationException("Lost.") }, other = new(1);
        await using var sut = await Sut.CreateSut(bad, other);

        var end = (await sut.Draw(await sut.Request(candidates: 8)))[^1].Status;

        Assert.Equal(GenerationState.Completed, end.State);
        Assert.All(bad.Given.Concat(other.Given), given => Assert.Equal(0, given));
    }

    [Fact]
    public async Task What_a_stopping_cluster_hands_over_the_next_one_goes_on_with()
    {
        // One of the candidates is held, and the others come to their end.
        string id;
        FakeEngine first = new() { AtGlimpse = codes => codes == 24 ? _never.Task : Task.CompletedTask }, second = new();
        await using (var sut = await Start(first))
        {
            var generation = await sut.Submit(await sut.Request());
            id = generation.GetPrimaryKeyString();
            await Until(generation, codes: 7 * 64 + 24);
        }
        await using var next = await Start(second);
        var resumed = next.Grains.GetGrain<IGenerationGrain>(id);
        var events = await Sut.Watch(resumed);

        Assert.Equal([24], second.Given);
        Assert.Equal((1, 40), (second.Sampled, second.Drawn));
        Assert.Equal((GenerationState.Completed, 8L * 64), (events[^1].Status.State, events[^1].Status.CodesDrawn));
        Assert.Equal(await Undisturbed(candidates: 8), await Files(events[^1].Status));
    }

    [Theory]
    [InlineData("cpu", 0)]
    [InlineData("cpu", 64)]
    [InlineData("cpu", 65)]
    [InlineData("cpu", 3, -1)]
    [InlineData("cpu", 3, 512)]
    [InlineData("cuda", 3)]
    public async Task What_cannot_be_resumed_is_begun_at_zero(string kind, int codes, int last = 0)
    {
        FakeEngine engine = new();
        await using var sut = await Sut.CreateSut(engine);

        await sut.Grains.GetGrain<IGptSamplerGrain>("local/cpu:0").DispatchAsync(1, [Work(new DrawnCodes(2, Codes(codes, last), kind))]);
        while (engine.Sampled < 1) await Task.Delay(5, Sut.Token);

        Assert.Equal([0], engine.Given);
        Assert.Equal(64, engine.Drawn);
    }

    [Fact]
    public void Only_its_own_codes_are_gone_on_with_and_only_whole_ones()
    {
        FakeEngine engine = new();
        int[]? Of(DrawnCodes drawn) => DrawnElsewhere.Of(Work(drawn), 2, engine.Device, engine.Model);

        Assert.Equal([0, 0, 5], Of(new(2, Codes(3, 5), "cpu"))!);
        Assert.Equal(63, Of(new(2, Codes(63, 511), "cpu"))!.Length);
        Assert.Null(Of(new(1, Codes(3, 5), "cpu")));
        Assert.Null(Of(new(2, Codes(3, 5)[..^1], "cpu")));
        Assert.Null(DrawnElsewhere.Of(new("id", Spec(), [2]), 2, engine.Device, engine.Model));
    }

    /// <summary>Has a generation of four candidates drawn halfway by one engine, whose process is then taken for lost, and returns its files.</summary>
    private static async Task<byte[][]> LoseFirst(FakeEngine lost, FakeEngine other, Action<GenerationOptions>? configure = null)
    {
        DeviceRegistry? registry = null;
        await using var sut = await Sut.CreateSut(
            services => services
                .Configure<GenerationOptions>(o => configure?.Invoke(o))
                .AddSingleton<IHostedService>(provider => new Nothing(registry = provider.GetRequiredService<DeviceRegistry>())),
            [lost]);
        var generation = await sut.Submit(await sut.Request(candidates: 4));
        await Until(generation, codes: 4 * 33);
        registry!.Add(other);
        await sut.Until(s => s.Devices.Count == 2);

        // Another process speaks for the device, again and again: in between, the true one still says that it draws.
        var gateway = sut.Grains.GetGrain<IGatewayGrain>("fake");
        var another = new DeviceReport("local/cpu:0", "cpu", 4, await gateway.DescribeAsync(), DeviceStages.All, Guid.NewGuid(), 0, [], Draining: true, 0, null);
        while (other.Given.Count < 4)
        {
            await gateway.ReportAsync(another);
            await Task.Delay(5, Sut.Token);
        }
        return await Files((await Sut.Watch(generation))[^1].Status);
    }

    private async Task<Sut> Start(FakeEngine engine)
    {
        var options = new EmbeddedClusterOptions
        {
            ImageFolder = _folder["images"],
            DataFolder = _folder["data"],
            ConfigureServices = services => services.Configure<GenerationOptions>(o => o.Backoff = TimeSpan.Zero),
        };
        return new() { Folder = _folder["none"], Cluster = await EmbeddedCluster.StartAsync(options, [engine], Sut.Token) };
    }

    /// <summary>The files of the request as it is drawn when nothing happens.</summary>
    private static async Task<byte[][]> Undisturbed(int candidates = 4)
    {
        await using var sut = await Sut.CreateSut();
        return await Files((await sut.Draw(await sut.Request(candidates: candidates)))[^1].Status);
    }

    private static Task<byte[][]> Files(GenerationStatus end) => Task.WhenAll(end.Result!.Images.Select(image => File.ReadAllBytesAsync(image.Location, Sut.Token)));

    /// <summary>Until a generation has been told of so many codes.</summary>
    private static async Task Until(IGenerationGrain generation, long codes)
    {
        await foreach (var e in generation.WatchAsync(0, Sut.Token))
        {
            if (e.Status.CodesDrawn >= codes) return;
        }
    }

    private static SampleWork Work(DrawnCodes drawn) => new("nobody's", Spec(), [2], [drawn]);

    private static SampleSpec Spec() => new("fake", new byte[8 * sizeof(float)], 7, new(500, 0.95, 1));

    /// <summary>So many zeros, the last of them replaced.</summary>
    private static byte[] Codes(int count, int last)
    {
        byte[] codes = new byte[count * sizeof(int)];
        if (count > 0) BinaryPrimitives.WriteInt32LittleEndian(codes.AsSpan(^sizeof(int)), last);
        return codes;
    }

    /// <summary>There to be made with the host's services.</summary>
    private sealed class Nothing(DeviceRegistry registry) : IHostedService
    {
        public DeviceRegistry Registry => registry;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
