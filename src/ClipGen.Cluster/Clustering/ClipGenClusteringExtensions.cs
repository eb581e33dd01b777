using System.Net;
using ClipGen.Cluster.Clustering.Tls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace ClipGen.Cluster.Clustering;

public static class ClipGenClusteringExtensions
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Puts the silo into its cluster, and gives it the grain storage <see cref="ClusterOptions.GrainStorageName"/> and the placement of
    /// <see cref="GatewayRoleAttribute"/>. Calling twice is harmless: the first options count.
    /// </summary>
    /// <exception cref="OptionsValidationException">Says everything that is wrong with the options, a sentence each.</exception>
    public static ISiloBuilder UseClipGenClustering(this ISiloBuilder silo, ClusterOptions options) => silo.UseClipGenClustering(options, KubernetesPod.Current);

    internal static ISiloBuilder UseClipGenClustering(this ISiloBuilder silo, ClusterOptions options, KubernetesPod? pod)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        options.Check(pod);
        if (silo.Services.Any(s => s.ServiceType == typeof(IOptions<ClusterOptions>))) return silo;
        silo.Services.AddSingleton(Options.Create(options));
        KnownInterfaceTypes.Use(silo.Services);

        if (options.IsAlone())
        {
            silo.UseLocalhostClustering(EndpointOptions.DEFAULT_SILO_PORT, gatewayPort: 0);   // only a name as long as nothing is bound to it
            silo.UseNoPorts();
            silo.AddFileState(options);
        }
        else
        {
            if (pod is not null) silo.UseKubernetesHosting();   // what follows has the last word
            silo.UseEndpoint(options, pod);
            if (RedisConnection.Parse(options.Connection) is { } redis) silo.UseRedis(redis);
            else silo.UseAdoNet(options.AdoNet);
            silo.UseTls(options.Tls);
            silo.UseDirectory();
        }

        silo.Configure<Orleans.Configuration.ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (options.ClusterId, options.ServiceId));
        silo.Configure<SiloOptions>(o => o.SiloName = NameOf(options, pod));
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = ResponseTimeout);
        silo.UseFailureDetection(options);
        silo.UseShutdownGrace(options.ShutdownGrace);
        silo.UseSiloMetadata(new Dictionary<string, string> { [SiloRoles.MetadataKey] = SiloRoles.Format(options) });
        silo.Services.AddPlacementFilter<GatewayRoleFilterStrategy, GatewayRoleFilterDirector>(ServiceLifetime.Singleton);
        return silo;
    }

    private static string NameOf(ClusterOptions options, KubernetesPod? pod) =>
        options.SiloName != "" ? options.SiloName
        : pod is not null ? pod.Name
        : $"{Environment.MachineName}-{SiloRoles.Format(options).Replace(',', '-')}";

    /// <summary>Gives way to a storage of that name that was added before.</summary>
    private static void AddFileState(this ISiloBuilder silo, ClusterOptions options)
    {
        if (silo.Services.Any(s => s.ServiceType == typeof(IGrainStorage) && ClusterOptions.GrainStorageName.Equals(s.ServiceKey))) return;
        silo.Services.AddGrainStorage(ClusterOptions.GrainStorageName,
            (services, _) => new FileGrainStorage(Path.Combine(options.DataFolder, "state"), StateSerializer(services), services.GetRequiredService<IActivatorProvider>()));
    }

    // No external clients: who calls grains is a silo, for those learn of a silo's death at once.
    private static void UseEndpoint(this ISiloBuilder silo, ClusterOptions options, KubernetesPod? pod)
    {
        var address = SiloEndpoint.Address(options, pod);
        int port = options.SiloPort != 0 ? options.SiloPort : silo.ReservePort(address ?? IPAddress.Any);
        silo.Configure<EndpointOptions>(o =>
        {
            if (address is not null) o.AdvertisedIPAddress = address;
            (o.SiloPort, o.GatewayPort) = (port, 0);
        });
    }

    private static int ReservePort(this ISiloBuilder silo, IPAddress address)
    {
        var reservation = new PortReservation(address);
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(reservation);
        return reservation.Port;
    }

    private static void UseRedis(this ISiloBuilder silo, StackExchange.Redis.ConfigurationOptions redis)
    {
        silo.UseRedisClustering(o => (o.ConfigurationOptions, o.CreateMultiplexer) = (redis, _ => RedisConnection.ConnectAsync(redis)));
        silo.AddRedisGrainStorage(ClusterOptions.GrainStorageName, storage => storage.Configure<IServiceProvider>((o, services) =>
        {
            (o.ConfigurationOptions, o.CreateMultiplexer) = (redis, _ => RedisConnection.ConnectAsync(redis));
            o.DeleteStateOnClear = true;
            o.GrainStorageSerializer = StateSerializer(services);
        }));
    }

    private static void UseAdoNet(this ISiloBuilder silo, AdoNetOptions database)
    {
        if (database.Invariant == PostgreSqlCheck.Invariant) silo.Services.AddHostedService(_ => new PostgreSqlCheck(database));
        silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (database.Invariant, database.ConnectionString));
        silo.AddAdoNetGrainStorage(ClusterOptions.GrainStorageName, storage => storage.Configure<IServiceProvider>((o, services) =>
        {
            (o.Invariant, o.ConnectionString, o.DeleteStateOnClear) = (database.Invariant, database.ConnectionString, true);
            o.GrainStorageSerializer = StateSerializer(services);
        }));
    }

    // The same bytes in every storage: a state is a [GenerateSerializer] type, and its ids are the contract between versions.
    private static OrleansGrainStorageSerializer StateSerializer(IServiceProvider services) => new(services.GetRequiredService<Serializer>());

    private static void UseDirectory(this ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003   // The directory that is not experimental loses activations of healthy silos when another one dies.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        // By default a dead silo's grains are locked for 30 s, lest it live on. We fail over at once: should both copies of a grain live
        // for a moment, etags let only one of them write.
        silo.Configure<GrainDirectoryOptions>(o => o.RangeLeaseDuration = TimeSpan.Zero);
    }

    private static void UseFailureDetection(this ISiloBuilder silo, ClusterOptions options) => silo.Configure<ClusterMembershipOptions>(o =>
    {
        o.ProbeTimeout = options.ProbeTimeout;
        o.MaxProbeTimeout = options.MaxProbeTimeout;
        o.NumMissedProbesLimit = options.NumMissedProbesLimit;
        o.NumVotesForDeathDeclaration = options.NumVotesForDeathDeclaration;
        o.TableRefreshTimeout = options.TableRefreshTimeout;
        o.IAmAliveTablePublishTimeout = options.IAmAliveTablePublishTimeout;
    });

    // The host stops waiting for the silo after the one, the silo for a grain after the other.
    private static void UseShutdownGrace(this ISiloBuilder silo, TimeSpan grace)
    {
        silo.Configure<HostOptions>(o => o.ShutdownTimeout = grace);
        silo.Configure<GrainCollectionOptions>(o => o.DeactivationTimeout = grace > o.DeactivationTimeout ? grace : o.DeactivationTimeout);
    }
}
