using System.Net;
using System.Net.Sockets;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Clustering.Tls;
using ClipGen.Cluster.Tests.Embedded;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Clustering.Tls;

/// <summary>Silos with real ports that know each other by certificate.</summary>
[Collection(EmbeddedClusterTests.Ports)]
public sealed class TlsClusterTests(RedisServer redis) : IClassFixture<RedisServer>, IDisposable
{
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly TemporaryFolder _a = new(), _b = new();
    private readonly TestAuthority _authority = new("ours"), _other = new("another");

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _authority.Dispose();
        _other.Dispose();
    }

    private Task<TestSilo> StartAsync(string name, TlsOptions tls, int port = 0) =>
        TestSilo.StartAsync(new ClusterOptions { Connection = redis.Connection, ClusterId = _id, ServiceId = _id, SiloName = name, SiloPort = port, Tls = tls });

    [Fact]
    public async Task Silos_work_together_and_a_new_authority_takes_over_without_a_restart()
    {
        string both = _authority.Pem + "\n" + _other.Pem;
        await using var a = await StartAsync("a", _authority.Issue(_a.Path));
        await using (var b = await StartAsync("b", _authority.Issue(_b.Path)))
        {
            await Task.WhenAll(a.SeesAsync(2), b.SeesAsync(2));
            await PlacesOnAsync(a, "a", "b");
        }

        // First everybody trusts both authorities, then the certificates change.
        _authority.Issue(_a.Path, authorities: both);
        await using var c = await StartAsync("c", _other.Issue(_b.Path, authorities: both));
        await Task.WhenAll(a.SeesAsync(2), c.SeesAsync(2));
        await PlacesOnAsync(a, "a", "c");
        await PlacesOnAsync(c, "a", "c");
    }

    /// <summary>Calls new grains until they have been on all of these silos: what one can host, the other learns after it knows that it is there.</summary>
    private static async Task PlacesOnAsync(TestSilo caller, params string[] silos)
    {
        var missing = silos.ToHashSet();
        for (int i = 0; missing.Count > 0; i++)
        {
            await TestSilo.BeforeCallAsync(i, $"Grains called from {caller.Name}, none on {string.Join(", ", missing)}.");
            missing.Remove(await caller.Counter($"{caller.Name} {string.Join("", silos)} {i}").SiloAsync());
        }
    }

    [Fact]
    public async Task A_strangers_connection_is_closed_before_orleans_hears_a_word()
    {
        int port = Ports.Free();
        await using var silo = await StartAsync("a", _authority.Issue(_a.Path), port);
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        var stream = stranger.GetStream();
        await stream.WriteAsync(new byte[64], TestContext.Current.CancellationToken);

        using var heard = new MemoryStream();
        try
        {
            await stream.CopyToAsync(heard, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // Reset instead of closed: it is as good.
        }
        Assert.InRange(heard.Length, 0, 7);   // at most a TLS alert
        Assert.Equal(1, await silo.Counter("x").AddAsync(1));
    }
}
