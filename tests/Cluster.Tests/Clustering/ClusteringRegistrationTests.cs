using System.Net;
using ClipGen.Cluster.Clustering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting.Kubernetes;
using Orleans.Storage;
using ClusterOptions = ClipGen.Cluster.Clustering.ClusterOptions;

namespace ClipGen.Cluster.Tests.Clustering;

public sealed class ClusteringRegistrationTests
{
    private const string Redis = "redis://127.0.0.1:1";
    private static readonly KubernetesPod Pod = new("clipgen-0", IPAddress.Parse("10.1.2.3"));

    private static ServiceProvider CreateSut(ClusterOptions options, KubernetesPod? pod = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseClipGenClustering(options, pod));
        return builder.Services.BuildServiceProvider();
    }

    private static T Configured<T>(IServiceProvider services) where T : class => services.GetRequiredService<IOptions<T>>().Value;

    [Fact]
    public void Twice_is_once() => Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true }).UseOrleans(silo =>
    {
        silo.UseClipGenClustering(new ClusterOptions());
        int services = silo.Services.Count;
        silo.UseClipGenClustering(new ClusterOptions());
        Assert.Equal(services, silo.Services.Count);
    });

    [Fact]
    public void Wrong_options_register_nothing() => Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true }).UseOrleans(silo =>
    {
        int services = silo.Services.Count;
        Assert.Throws<OptionsValidationException>(() => silo.UseClipGenClustering(new ClusterOptions { Connection = "foo" }));
        Assert.Equal(services, silo.Services.Count);
    });

    [Fact]
    public void A_silo_tells_its_name_and_ids_and_answers_no_outside_clients()
    {
        using var sut = CreateSut(new() { Connection = Redis, ClusterId = "c", ServiceId = "s", Roles = { "gpu" } });
        Assert.Equal($"{Environment.MachineName}-gpu", Configured<SiloOptions>(sut).SiloName);
        Assert.Equal(("c", "s"), (Configured<Orleans.Configuration.ClusterOptions>(sut).ClusterId, Configured<Orleans.Configuration.ClusterOptions>(sut).ServiceId));
        Assert.Equal((11111, 0), (Configured<EndpointOptions>(sut).SiloPort, Configured<EndpointOptions>(sut).GatewayPort));
        Assert.Equal(TimeSpan.FromSeconds(30), Configured<SiloMessagingOptions>(sut).ResponseTimeout);
        Assert.Empty(sut.GetServices<IConfigureOptions<KubernetesHostingOptions>>());
    }

    [Fact]
    public void The_shipped_failure_detection_takes_less_than_three_seconds()
    {
        using var sut = CreateSut(new() { Connection = Redis });
        var membership = Configured<ClusterMembershipOptions>(sut);
        Assert.InRange(membership.MaxProbeTimeout * membership.NumMissedProbesLimit, TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
        Assert.Equal(1, membership.NumVotesForDeathDeclaration);
        Assert.Equal(TimeSpan.Zero, Configured<GrainDirectoryOptions>(sut).RangeLeaseDuration);
    }

    [Fact]
    public void Running_work_may_finish_within_the_grace()
    {
        using var sut = CreateSut(new() { ShutdownGrace = TimeSpan.FromMinutes(2) });
        Assert.Equal(TimeSpan.FromMinutes(2), Configured<HostOptions>(sut).ShutdownTimeout);
        Assert.Equal(TimeSpan.FromMinutes(2), Configured<GrainCollectionOptions>(sut).DeactivationTimeout);
    }

    [Fact]
    public void In_kubernetes_a_silo_goes_by_its_pod_with_our_ids()
    {
        Environment.SetEnvironmentVariable("POD_NAMESPACE", "tests");   // asked for in pods alone, and to be had in no other way
        using var sut = CreateSut(new() { Connection = "redis://cache:6379", ClusterId = "c" }, Pod);
        Assert.Equal("clipgen-0", Configured<SiloOptions>(sut).SiloName);
        Assert.Equal("c", Configured<Orleans.Configuration.ClusterOptions>(sut).ClusterId);
        Assert.Equal(Pod.Address, Configured<EndpointOptions>(sut).AdvertisedIPAddress);
        Assert.NotEmpty(sut.GetServices<IConfigureOptions<KubernetesHostingOptions>>());
    }

    [Fact]
    public void A_database_is_taken_as_configured()
    {
        using var sut = CreateSut(new() { Connection = "adonet", AdoNet = new() { Invariant = "Npgsql", ConnectionString = "Host=db" } });
        Assert.Equal(("Npgsql", "Host=db"), (Configured<AdoNetClusteringSiloOptions>(sut).Invariant, Configured<AdoNetClusteringSiloOptions>(sut).ConnectionString));
        var storage = sut.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>().Get(ClusterOptions.GrainStorageName);
        Assert.Equal(("Npgsql", "Host=db"), (storage.Invariant, storage.ConnectionString));
        Assert.NotNull(sut.GetKeyedService<IGrainStorage>(ClusterOptions.GrainStorageName));
    }

    [Theory]
    [InlineData("redis://localhost:6379", "", "127.0.0.1")]
    [InlineData("redis://127.0.0.1:6379", "", "127.0.0.1")]
    [InlineData("redis://127.0.0.1:6379", "192.0.2.7", "192.0.2.7")]
    [InlineData("redis://nowhere.invalid:6379", "", null)]
    [InlineData("adonet", "", null)]
    public void The_address_is_the_one_that_is_set_or_the_one_on_the_way_to_redis(string connection, string set, string? address) => Assert.Equal(
        address,
        SiloEndpoint.Address(new() { Connection = connection, AdvertisedAddress = set }, pod: null)?.ToString());

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1", "127.0.0.1")]
    [InlineData("Host=127.0.0.1:5433,db;Username=a", "127.0.0.1")]
    [InlineData("Host=localhost", "127.0.0.1")]
    [InlineData("Host=::1", "::1")]
    [InlineData("Host=/var/run/postgresql", null)]
    [InlineData("Host=nowhere.invalid", null)]
    [InlineData("Server=127.0.0.1", null)]
    public void With_a_database_it_is_the_one_on_the_way_there(string connectionString, string? address) => Assert.Equal(
        address,
        SiloEndpoint.Address(new() { Connection = "adonet", AdoNet = new() { Invariant = "Npgsql", ConnectionString = connectionString } }, pod: null)?.ToString());

    // A store that nobody finds is for its own client to report.
    [Theory]
    [InlineData("redis://nowhere.invalid:6379")]
    [InlineData("adonet")]
    public void Without_one_Orleans_chooses(string connection)
    {
        using var sut = CreateSut(new() { Connection = connection, AdoNet = connection == "adonet" ? new() { Invariant = "Npgsql", ConnectionString = "Host=nowhere.invalid" } : new() });
        Assert.NotNull(Configured<EndpointOptions>(sut).AdvertisedIPAddress);
    }
}
