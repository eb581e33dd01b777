using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClipGen.Cluster.Tests.Embedded;

[Collection(Ports)]
public sealed class EmbeddedClusterTests
{
    /// <summary>Tests that look at this process's open ports, or open some: not at the same time.</summary>
    public const string Ports = "ports";

    [Fact]
    public async Task Any_number_of_clusters_run_beside_each_other()
    {
        var suts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Sut.CreateSut(new FakeEngine())));
        var ends = await Task.WhenAll(suts.Select(async sut => (await sut.Draw(await sut.Request()))[^1].Status.State));
        Assert.All(ends, state => Assert.Equal(GenerationState.Completed, state));
        foreach (var sut in suts) await sut.DisposeAsync();
        await suts[0].Cluster.DisposeAsync();   // a second time: nothing happens
    }

    [Fact]
    public async Task It_opens_no_port()
    {
        Parts.Require(File.Exists("/proc/self/net/tcp"), "/proc/self/net/tcp, the list of open ports");
        var before = OwnListeners().ToHashSet();   // what another test left behind when its silo did not come up
        await using var sut = await Sut.CreateSut();
        Assert.Empty(OwnListeners().Except(before));
    }

    [Fact]
    public async Task Two_engines_for_one_device_and_model_are_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Sut.CreateSut(new FakeEngine(0), new FakeEngine(0)));

    [Fact]
    public async Task What_has_started_is_stopped_when_the_rest_does_not_start()
    {
        var part = new Part();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Sut.CreateSut(services => services.AddHostedService(_ => part), []));
        Assert.Equal((1, 1), (part.Starts, part.Stops));
    }

    [Fact]
    public async Task A_cluster_without_devices_says_so()
    {
        var options = new ClipGen.Silo.Embedded.EmbeddedClusterOptions { ImageFolder = "unused" };
        await using var cluster = await ClipGen.Silo.Embedded.EmbeddedCluster.StartAsync(options, [], Sut.Token);
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => cluster.Grains.GetGrain<IGatewayGrain>("fake").DescribeAsync());
        Assert.Equal("No device has the model 'fake': none has any model.", error.Message);
    }

    // Listening sockets (state 0A) that this process holds: ports are the whole machine's affair, sockets are not.
    private static IEnumerable<string> OwnListeners()
    {
        var own = new DirectoryInfo("/proc/self/fd").GetFiles().Select(f => f.LinkTarget).ToHashSet();
        return new[] { "/proc/self/net/tcp", "/proc/self/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(field => field.Length > 9 && field[3] == "0A" && own.Contains($"socket:[{field[9]}]"))
            .Select(field => field[1]);
    }

    /// <summary>Starts, and fails when everything has started.</summary>
    private sealed class Part : IHostedLifecycleService
    {
        public int Starts { get; private set; }

        public int Stops { get; private set; }

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.FromResult(Starts++);

        public Task StartedAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("It does not work.");

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.FromResult(Stops++);

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
