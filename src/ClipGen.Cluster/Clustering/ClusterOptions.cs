using System.ComponentModel.DataAnnotations;
using ClipGen.Cluster.Clustering.Tls;
using ClipGen.Cluster.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Clustering;

/// <summary>How a silo finds its cluster, and where the cluster keeps what must survive every silo.</summary>
public sealed class ClusterOptions
{
    public const string SectionName = "ClipGen:Cluster";

    /// <summary>The one grain storage for everything durable: <c>[PersistentState("name", ClusterOptions.GrainStorageName)]</c>.</summary>
    public const string GrainStorageName = "clipgen";

    /// <summary>
    /// <c>redis://[user:password@]host:port[/db]</c>, <c>rediss://…</c> (the same over TLS), <c>adonet</c> (a database, see
    /// <see cref="AdoNet"/>), or nothing: alone in this process, on files. Default: nothing.
    /// </summary>
    public string Connection { get; set; } = "";

    /// <summary>The database that <c>adonet</c> means.</summary>
    public AdoNetOptions AdoNet { get; set; } = new();

    /// <summary>How silos know each other and keep others out. Default: not at all; then nobody else may reach <see cref="SiloPort"/>.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>Silos that share it form one cluster. Default: <c>clipgen</c>.</summary>
    [Required(ErrorMessage = "Set ClipGen:Cluster:ClusterId to a name that all silos of the cluster share.")]
    public string ClusterId { get; set; } = "clipgen";

    /// <summary>Durable state belongs to it, and outlives clusters. Default: <c>clipgen</c>.</summary>
    [Required(ErrorMessage = "Set ClipGen:Cluster:ServiceId to a name that stays the same as long as the state is to be found again.")]
    public string ServiceId { get; set; } = "clipgen";

    /// <summary>The silo's stable name, the first part of its devices' keys; no two silos may share one. Default: <c>POD_NAME</c>, else the machine's name and the roles.</summary>
    public string SiloName { get; set; } = "";

    /// <summary>What the silo does: of <see cref="SiloRoles"/>. Default: empty, which means all of it.</summary>
    public IList<string> Roles { get; } = [];

    /// <summary>
    /// The IP address that the other silos reach this one at. Default: <c>POD_IP</c> in Kubernetes, loopback if Redis or PostgreSQL is
    /// there, else this host's address on the way to it.
    /// </summary>
    public string AdvertisedAddress { get; set; } = "";

    /// <summary>The port that the other silos reach this one at; 0 takes a free one. Nothing listens while the silo is alone. Default: 11111.</summary>
    [Range(0, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>The folder whose <c>state</c> folder durable state goes to while the silo is alone; made if it is missing. Default: <c>data</c> in the current folder.</summary>
    [Required(ErrorMessage = "Set ClipGen:Cluster:DataFolder to the folder for durable state.")]
    public string DataFolder { get; set; } = "data";

    /// <summary>
    /// How long a process may take to stop after SIGTERM. Running work may go on for all of it but the last five seconds (half of it when it
    /// is shorter than ten), which are for handing over what has not ended and for leaving the cluster. Default: 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The part of <see cref="ShutdownGrace"/> in which nothing is drawn any more.</summary>
    public TimeSpan ShutdownReserve => ShutdownGrace < TimeSpan.FromSeconds(10) ? ShutdownGrace / 2 : TimeSpan.FromSeconds(5);

    // The rest is how soon a silo is known to be dead. As shipped: a killed one in about a second, a hanging one within three.

    /// <summary>How long a silo may take to answer a probe, to begin with; it adapts to what is seen. Default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How far that may grow: Orleans' own four times <see cref="ProbeTimeout"/> makes a hanging silo last eight seconds. Default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MaxProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Probes in a row that a silo must miss for another to suspect it. Default: 2.</summary>
    [Range(1, 100)]
    public int NumMissedProbesLimit { get; set; } = 2;

    /// <summary>Silos that must suspect one for it to be dead. Default: 1, so that two silos can do without a third.</summary>
    [Range(1, 10)]
    public int NumVotesForDeathDeclaration { get; set; } = 1;

    /// <summary>How often the list of silos is read again, should its news not have come. Default: 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan TableRefreshTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silo signs the list; one that misses three is taken for stale. Default: 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IAmAliveTablePublishTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads the section and checks it.</summary>
    /// <exception cref="OptionsValidationException">Says everything that is wrong, a sentence each.</exception>
    public static ClusterOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        // A misspelt key must not leave a silo alone that was meant for a cluster.
        var options = SettingsSection.Bind(configuration, SectionName, new ClusterOptions(), strict: true);
        options.Check(KubernetesPod.Current);
        return options;
    }

    /// <summary>Nothing but the roles that the section names, right or wrong: for what depends on them before the section has been checked.</summary>
    public static ClusterOptions OfRoles(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new ClusterOptions();
        foreach (var role in configuration.GetSection($"{SectionName}:{nameof(Roles)}").GetChildren())
        {
            if (role.Value is { } name) options.Roles.Add(name);
        }
        return options;
    }

    /// <summary>True without a <see cref="Connection"/>: the cluster is this process.</summary>
    public bool IsAlone() => string.IsNullOrWhiteSpace(Connection);

    public bool HasRole(string role) => Roles.Count == 0 || Roles.Contains(role, StringComparer.Ordinal);

    internal bool IsAdoNet() => Connection.Equals("adonet", StringComparison.OrdinalIgnoreCase);

    internal void Check(KubernetesPod? pod)
    {
        var result = new ClusterOptionsValidator(pod).Validate(SectionName, this);
        if (result.Failed) throw new OptionsValidationException(SectionName, typeof(ClusterOptions), result.Failures);
    }
}

/// <summary>A database behind Orleans' ADO.NET providers; its tables come from the scripts in Orleans' repository.</summary>
public sealed class AdoNetOptions
{
    /// <summary>The provider: <c>Npgsql</c> (PostgreSQL), which the programs bring along. Default: none.</summary>
    public string Invariant { get; set; } = "";

    /// <summary>As the provider wants it. Default: none.</summary>
    public string ConnectionString { get; set; } = "";
}
