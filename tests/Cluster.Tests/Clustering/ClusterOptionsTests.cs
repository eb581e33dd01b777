using System.Net;
using System.Text.RegularExpressions;
using ClipGen.Cluster.Clustering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Clustering;

public sealed class ClusterOptionsTests
{
    private static readonly KubernetesPod Pod = new("clipgen-0", IPAddress.Parse("10.1.2.3"));

    private static IEnumerable<string> Failures(ClusterOptions options, KubernetesPod? pod = null) => new ClusterOptionsValidator(pod).Validate(null, options).Failures ?? [];

    private static ClusterOptions From(params (string Key, string Value)[] settings) => ClusterOptions.From(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"ClipGen:Cluster:{s.Key}", (string?)s.Value)))
        .Build());

    [Fact]
    public void Without_settings_a_silo_is_alone_and_does_everything()
    {
        var options = From();
        Assert.True(options.IsAlone());
        Assert.All(SiloRoles.All, role => Assert.True(options.HasRole(role)));
        Assert.Empty(Failures(options, Pod));
    }

    [Fact]
    public void Settings_are_read()
    {
        var options = From(("Connection", "redis://localhost:6380"), ("Roles:0", "gpu"), ("ProbeTimeout", "00:00:00.5"), ("AdoNet:Invariant", ""));
        Assert.Equal("redis://localhost:6380", options.Connection);
        Assert.Equal((false, true), (options.HasRole(SiloRoles.Gateway), options.HasRole(SiloRoles.Gpu)));
        Assert.Equal(TimeSpan.FromSeconds(0.5), options.ProbeTimeout);
    }

    [Fact]
    public void Everything_wrong_is_said_at_once_with_its_remedy()
    {
        var options = new ClusterOptions
        {
            Connection = "foo",
            AdoNet = new() { Invariant = "Npgsql" },
            ClusterId = "",
            ServiceId = "",
            SiloName = "mine",
            Roles = { "gpus" },
            AdvertisedAddress = "0.0.0.0",
            SiloPort = 70000,
            DataFolder = "",
            ShutdownGrace = TimeSpan.FromSeconds(-1),
            ProbeTimeout = TimeSpan.FromSeconds(2),
            NumMissedProbesLimit = 0,
            NumVotesForDeathDeclaration = 11,
            TableRefreshTimeout = TimeSpan.Zero,
            IAmAliveTablePublishTimeout = TimeSpan.Zero,
        };
        Assert.Equal(
            [
                "ClipGen:Cluster:AdoNet is set, but ClipGen:Cluster:Connection is not adonet; set it so, or remove the former.",
                "ClipGen:Cluster:AdvertisedAddress is '0.0.0.0'; use an IP address that the other silos can reach, or leave it empty.",
                "ClipGen:Cluster:Connection is 'foo'; use redis://[user:password@]host:port[/db], adonet, or leave it empty to run alone.",
                "ClipGen:Cluster:IAmAliveTablePublishTimeout must be between 00:00:01 and 00:10:00.",
                "ClipGen:Cluster:MaxProbeTimeout is 00:00:01, less than ClipGen:Cluster:ProbeTimeout, 00:00:02; raise the former or lower the latter.",
                "ClipGen:Cluster:NumMissedProbesLimit must be between 1 and 100.",
                "ClipGen:Cluster:NumVotesForDeathDeclaration must be between 1 and 10.",
                "ClipGen:Cluster:Roles has 'gpus'; use gateway, gpu, client, or leave it empty for gateway and gpu.",
                "ClipGen:Cluster:ShutdownGrace must be between 00:00:00 and 1.00:00:00.",
                "ClipGen:Cluster:SiloName is 'mine', but Kubernetes tells silos by their pod's name, 'clipgen-0'; leave it empty.",
                "ClipGen:Cluster:SiloPort must be between 0 and 65535.",
                "ClipGen:Cluster:TableRefreshTimeout must be between 00:00:01 and 00:10:00.",
                "Set ClipGen:Cluster:ClusterId to a name that all silos of the cluster share.",
                "Set ClipGen:Cluster:DataFolder to the folder for durable state.",
                "Set ClipGen:Cluster:ServiceId to a name that stays the same as long as the state is to be found again.",
            ],
            Failures(options, Pod).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_silo_that_is_alone_cannot_do_half_of_the_work() => Assert.Equal(
        ["ClipGen:Cluster:Roles lacks gateway, but a silo that is alone must do everything; leave it empty, or set ClipGen:Cluster:Connection."],
        Failures(new() { Roles = { "gpu" } }));

    [Fact]
    public void A_client_is_nothing_else()
    {
        Assert.Empty(Failures(new() { Connection = "redis://h", Roles = { "client" } }));
        Assert.Equal(
            ["ClipGen:Cluster:Roles has client and others, but a client does nothing else; remove it or the others."],
            Failures(new() { Connection = "redis://h", Roles = { "client", "gpu" } }));
    }

    [Fact]
    public void A_database_needs_a_provider_and_a_connection_string()
    {
        Assert.Equal(2, Failures(new() { Connection = "adonet" }).Count());
        Assert.Equal(
            ["ClipGen:Cluster:AdoNet:ConnectionString is none; for PostgreSQL it is like Host=db;Username=clipgen;Password=…;Database=clipgen."],
            Failures(new() { Connection = "adonet", AdoNet = new() { Invariant = "Npgsql", ConnectionString = "postgres://clipgen:secret@db" } }));
        Assert.Empty(Failures(new() { Connection = "AdoNet", AdoNet = new() { Invariant = "Npgsql", ConnectionString = "Host=db" } }));
    }

    [Theory]
    [InlineData("Conection", "redis://localhost:6379", "Conection")]
    [InlineData("SiloPort", "many", "many")]
    [InlineData("Connection", "foo", "'foo'")]
    public void What_cannot_be_read_is_named(string key, string value, string named)
    {
        var error = Assert.Throws<OptionsValidationException>(() => From((key, value)));
        Assert.Contains(named, error.Message);
    }

    [Theory]
    [InlineData("redis://localhost", "localhost:6379", null, null, 0, false)]
    [InlineData("redis://127.0.0.1:1234/", "127.0.0.1:1234", null, null, 0, false)]
    [InlineData("rediss://me:p%40ss:word@cache.example:6380/3", "cache.example:6380", "me", "p@ss:word", 3, true)]
    [InlineData("redis://:secret@[::1]:7000", "[::1]:7000", null, "secret", 0, false)]
    public void A_redis_connection_is_understood(string text, string endpoint, string? user, string? password, int database, bool tls)
    {
        var client = RedisConnection.Parse(text)!;
        Assert.Equal(endpoint, Regex.Replace(client.EndPoints[0].ToString()!, "^Unspecified/", ""));
        Assert.Equal((user, password, database, tls), (client.User, client.Password, client.DefaultDatabase, client.Ssl));
        Assert.Empty(Failures(new() { Connection = text }));
    }

    [Theory]
    [InlineData("foo", "foo")]
    [InlineData("http://host:1", "http://host:1")]
    [InlineData("redis://", "redis://")]
    [InlineData("redis://secret@host:1", "redis://***@host:1")]
    [InlineData("redis://me:se@cret/x@host:1", "redis://***@host:1")]
    [InlineData("redis://host:1/first", "redis://host:1/first")]
    [InlineData("redis://host:1/-1", "redis://host:1/-1")]
    [InlineData("redis://host:1?password=secret", "redis://host:1…")]
    [InlineData("host:1,password=secret", "host:1…")]
    public void What_is_no_connection_is_shown_without_its_secrets(string text, string shown) => Assert.Equal(
        [$"ClipGen:Cluster:Connection is '{shown}'; use redis://[user:password@]host:port[/db], adonet, or leave it empty to run alone."],
        Failures(new() { Connection = text }));

    [Fact]
    public async Task A_redis_that_does_not_answer_is_named()
    {
        var client = RedisConnection.Parse("redis://me:secret@127.0.0.1:1")!;
        (client.ConnectRetry, client.ConnectTimeout) = (1, 100);
        var error = await Assert.ThrowsAsync<ClusterConnectionException>(() => RedisConnection.ConnectAsync(client));
        Assert.StartsWith("Cannot connect to Redis at 127.0.0.1:1 (ClipGen:Cluster:Connection): ", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain("secret", error.ToString());
    }

    [Fact]
    public void A_pod_is_one_only_in_kubernetes()
    {
        Dictionary<string, string?> variables = new() { ["POD_NAME"] = "clipgen-0", ["POD_IP"] = "10.1.2.3" };
        Assert.Null(KubernetesPod.Find(variables.GetValueOrDefault));
        variables["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
        Assert.Equal(Pod, KubernetesPod.Find(variables.GetValueOrDefault));
        variables["POD_NAME"] = "";
        Assert.Null(KubernetesPod.Find(variables.GetValueOrDefault));
    }

    [Fact]
    public void Tls_needs_all_of_its_files()
    {
        var failures = Failures(new ClusterOptions { Connection = "redis://localhost", Tls = { Certificate = "tls.crt" } }).ToList();
        Assert.Equal(2, failures.Count);
        Assert.Contains(failures, f => f.StartsWith("ClipGen:Cluster:Tls:Key is empty", StringComparison.Ordinal));
        Assert.Contains(failures, f => f.StartsWith("ClipGen:Cluster:Tls:Authority is empty", StringComparison.Ordinal));
    }

    [Fact]
    public void Tls_files_are_read_at_start()
    {
        var failures = Failures(new ClusterOptions { Connection = "redis://localhost", Tls = { Certificate = "/nowhere/tls.crt", Key = "/nowhere/tls.key", Authority = "/nowhere/ca.crt" } });
        Assert.StartsWith("ClipGen:Cluster:Tls:Certificate is '/nowhere/tls.crt', which cannot be read", Assert.Single(failures), StringComparison.Ordinal);
    }
}
