using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Tests.Embedded;

namespace ClipGen.Cluster.Tests.Clustering;

/// <summary>Silos of one process with real ports, over a real Redis.</summary>
[Collection(EmbeddedClusterTests.Ports)]
public sealed class RedisClusterTests(RedisServer redis) : IClassFixture<RedisServer>
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    private Task<TestSilo> StartAsync(string name, params string[] roles)
    {
        var options = new ClusterOptions { Connection = redis.Connection, ClusterId = _id, ServiceId = _id, SiloName = name, SiloPort = 0 };
        foreach (string role in roles) options.Roles.Add(role);
        return TestSilo.StartAsync(options);
    }

    private async Task<(TestSilo A, TestSilo B)> StartTwoAsync(string[] rolesOfA, string[] rolesOfB)
    {
        // One after the other: of two that join at once, one waits until it reads the list of silos again.
        TestSilo a = await StartAsync("a", rolesOfA), b = await StartAsync("b", rolesOfB);
        await Task.WhenAll(a.SeesAsync(2), b.SeesAsync(2));
        return (a, b);
    }

    [Fact]
    public async Task A_gateways_grains_activate_on_gateways_whoever_calls()
    {
        var (gateway, gpu) = await StartTwoAsync([SiloRoles.Gateway], [SiloRoles.Gpu]);
        await using (gateway)
        await using (gpu)
        {
            foreach (var caller in new[] { gateway, gpu })
            {
                string[] silos = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => caller.GatewayCounter($"{caller.Name}{i}").SiloAsync()));
                Assert.All(silos, silo => Assert.Equal("a", silo));
            }
        }
    }

    [Fact]
    public async Task A_grain_keeps_its_state_when_its_silo_stops()
    {
        var (a, b) = await StartTwoAsync([], []);
        await using (a)
        {
            // What one silo can host the other learns a moment after it knows that it is there.
            Dictionary<string, string> before = [];
            for (int i = 0; before.Count < 20 || before.Values.Distinct().Count() < 2; i++)
            {
                await TestSilo.BeforeCallAsync(i, "All grains stand on one silo.");
                Assert.Equal(3, await a.Counter($"{i}").AddAsync(3));
                before[$"{i}"] = await a.Counter($"{i}").SiloAsync();
            }
            await b.DisposeAsync();

            foreach (string key in before.Keys)
            {
                Assert.Equal(5, await a.Counter(key).AddAsync(2));
                Assert.Equal("a", await a.Counter(key).SiloAsync());
            }
        }
    }

    [Fact]
    public async Task State_is_there_after_redis_was_killed_and_started_again()
    {
        await using var silo = await StartAsync("a");
        Assert.Equal(3, await silo.Counter("x").AddAsync(3));
        await redis.KillAsync();
        await redis.StartAsync();
        Assert.Equal(5, await silo.Counter("x").AddAsync(2));
    }
}
