using ClipGen.Cluster.Clustering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClipGen.Cluster.Tests.Clustering;

/// <summary>A silo of this process, with nothing on it but what the tests' own grains need.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private TestSilo(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public string Name => _host.Services.GetRequiredService<ILocalSiloDetails>().Name;

    public static async Task<TestSilo> StartAsync(ClusterOptions options, Action<ISiloBuilder>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseClipGenClustering(options);
            configure?.Invoke(silo);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(Sut.Token);
            return new(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Before another of many calls to see where grains are placed: when a silo hears what another can host is a matter of time, not of calls.</summary>
    /// <param name="calls">Made so far.</param>
    /// <param name="otherwise">What is wrong if 5000 of them, over 25 s or more, were in vain.</param>
    public static async Task BeforeCallAsync(int calls, string otherwise)
    {
        Assert.True(calls < 5000, otherwise);
        if (calls > 100) await Task.Delay(5, Sut.Token);
    }

    public ICounterGrain Counter(string key) => Grains.GetGrain<ICounterGrain>(key, "ClipGen.Cluster.Tests.Clustering.CounterGrain");

    public IGatewayCounterGrain GatewayCounter(string key) => Grains.GetGrain<IGatewayCounterGrain>(key);

    /// <summary>Waits until this silo knows so many silos to be active.</summary>
    public async Task SeesAsync(int silos)
    {
        var membership = _host.Services.GetRequiredService<IClusterMembershipService>();
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(Sut.Token))
        {
            if (snapshot.Members.Values.Count(m => m.Status == SiloStatus.Active) == silos) return;
        }
    }

    /// <summary>As on SIGTERM: what runs may finish.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
