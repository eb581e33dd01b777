using System.Data.Common;
using System.Net;
using ClipGen.Cluster.Clustering.Tls;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Clustering;

/// <summary>Everything that is wrong with the options at once, each with what to do about it.</summary>
internal sealed class ClusterOptionsValidator(KubernetesPod? pod) : IValidateOptions<ClusterOptions>
{
    private const string Section = ClusterOptions.SectionName;

    public ValidateOptionsResult Validate(string? name, ClusterOptions options)
    {
        // "SiloPort: The field ClusterOptions.SiloPort must be between 0 and 65535." is made to name the setting, once.
        var failures = (new ClusterOptionsAnnotations().Validate(name: null, options).Failures ?? [])
            .Select(failure => failure[(failure.IndexOf(": ", StringComparison.Ordinal) + 2)..].Replace($"The field {nameof(ClusterOptions)}.", $"{Section}:", StringComparison.Ordinal))
            .Concat(Problems(options))
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Problems(ClusterOptions options)
    {
        if (!options.IsAlone() && !options.IsAdoNet())
        {
            if (RedisConnection.Parse(options.Connection) is null)
                yield return $"{Section}:Connection is '{RedisConnection.WithoutSecrets(options.Connection)}'; use redis://[user:password@]host:port[/db], adonet, or leave it empty to run alone.";
        }

        if (options.IsAdoNet())
        {
            if (string.IsNullOrWhiteSpace(options.AdoNet.Invariant))
                yield return $"{Section}:Connection is adonet, but {Section}:AdoNet:Invariant is empty; name the provider there, for example Npgsql.";
            if (string.IsNullOrWhiteSpace(options.AdoNet.ConnectionString))
                yield return $"{Section}:Connection is adonet, but {Section}:AdoNet:ConnectionString is empty; say there how to reach the database.";
            else if (!IsConnectionString(options.AdoNet.ConnectionString))
                yield return $"{Section}:AdoNet:ConnectionString is none; for PostgreSQL it is like Host=db;Username=clipgen;Password=…;Database=clipgen.";
        }
        else if (options.AdoNet is not { Invariant: "", ConnectionString: "" })
        {
            yield return $"{Section}:AdoNet is set, but {Section}:Connection is not adonet; set it so, or remove the former.";
        }

        foreach (string role in options.Roles.Where(r => !SiloRoles.Known.Contains(r)))
            yield return $"{Section}:Roles has '{role}'; use {string.Join(", ", SiloRoles.Known)}, or leave it empty for {string.Join(" and ", SiloRoles.All)}.";
        if (options.Roles.Contains(SiloRoles.Client) && options.Roles.Distinct().Count() > 1)
            yield return $"{Section}:Roles has {SiloRoles.Client} and others, but a client does nothing else; remove it or the others.";
        if (options.IsAlone() && SiloRoles.All.Where(r => !options.HasRole(r)).ToList() is { Count: > 0 } missing)
            yield return $"{Section}:Roles lacks {string.Join(", ", missing)}, but a silo that is alone must do everything; leave it empty, or set {Section}:Connection.";

        if (options.AdvertisedAddress != "" && !(IPAddress.TryParse(options.AdvertisedAddress, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)))
            yield return $"{Section}:AdvertisedAddress is '{options.AdvertisedAddress}'; use an IP address that the other silos can reach, or leave it empty.";

        if (!options.IsAlone() && pod is not null && options.SiloName != "" && options.SiloName != pod.Name)
            yield return $"{Section}:SiloName is '{options.SiloName}', but Kubernetes tells silos by their pod's name, '{pod.Name}'; leave it empty.";

        foreach (string problem in TlsProblems(options.Tls)) yield return problem;

        if (options.MaxProbeTimeout < options.ProbeTimeout)
            yield return $"{Section}:MaxProbeTimeout is {options.MaxProbeTimeout}, less than {Section}:ProbeTimeout, {options.ProbeTimeout}; raise the former or lower the latter.";
    }

    private static List<string> TlsProblems(TlsOptions tls)
    {
        if (!tls.IsOn) return [];
        var problems = new List<string>();
        foreach (var (setting, path, what) in new[] { ("Certificate", tls.Certificate, "this silo's certificate"), ("Key", tls.Key, "its private key"), ("Authority", tls.Authority, "the authorities to trust") })
        {
            if (path == "") problems.Add($"{Section}:Tls:{setting} is empty, but TLS needs all three of Certificate, Key and Authority; name the PEM file of {what}.");
        }
        if (tls.Name == "") problems.Add($"{Section}:Tls:Name is empty; set it to the DNS name that the certificates of all silos carry.");
        if (tls.HandshakeTimeout <= TimeSpan.Zero || tls.HandshakeTimeout > TimeSpan.FromMinutes(1))
            problems.Add($"{Section}:Tls:HandshakeTimeout is {tls.HandshakeTimeout}; use more than 0 and at most a minute.");
        if (problems.Count > 0) return problems;
        try
        {
            // The other silos would refuse it, each time and only in their logs.
            var own = TlsCertificates.Read(tls).Certificate.TargetCertificate;
            if (!own.MatchesHostname(tls.Name, allowWildcards: false, allowCommonName: false))
                problems.Add($"{Section}:Tls:Certificate is '{tls.Certificate}', which does not carry the name {tls.Name}; add it to the certificate's DNS names, or set {Section}:Tls:Name to the one that all silos' carry.");
            if (own.NotAfter < DateTime.Now)
                problems.Add(FormattableString.Invariant($"{Section}:Tls:Certificate is '{tls.Certificate}', which was valid until {own.NotAfter.ToUniversalTime():u}; renew it."));
        }
        catch (TlsFileException e)
        {
            problems.Add(e.Message);
        }
        return problems;
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text }.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

[OptionsValidator]
internal sealed partial class ClusterOptionsAnnotations : IValidateOptions<ClusterOptions>;
