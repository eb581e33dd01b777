using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace ClipGen.Cluster.Clustering.Tls;

/// <summary>What this silo shows and whom it trusts, read again as soon as a file has changed. May be called from any thread.</summary>
internal sealed partial class TlsCertificates
{
    private readonly TlsOptions _options;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private Material _material;
    private Stamp _read;

    /// <exception cref="TlsFileException">A file cannot be used; the message says which, and why.</exception>
    public TlsCertificates(TlsOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _read = Stamp.Of(options);
        _material = Read(options);
    }

    /// <summary>What holds for a connection that begins now.</summary>
    public Material Current
    {
        get
        {
            lock (_lock)
            {
                var now = Stamp.Of(_options);
                if (now == _read) return _material;
                try
                {
                    _material = Read(_options);
                    _read = now;   // only now: files that do not fit together yet are tried again
                    LogRead(_material.Certificate.TargetCertificate.NotAfter.ToUniversalTime());
                }
                catch (TlsFileException e)
                {
                    LogKept(e.Message);
                }
                return _material;
            }
        }
    }

    /// <exception cref="TlsFileException">A file cannot be used.</exception>
    public static Material Read(TlsOptions options)
    {
        var own = Import(options.Certificate, "Certificate");
        var authorities = Import(options.Authority, "Authority");
        X509Certificate2 leaf;
        try
        {
            leaf = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TlsFileException("Key", options.Key, $"cannot be read as the private key of {options.Certificate}: {e.Message}");
        }
        own.RemoveAt(0);
        return new(SslStreamCertificateContext.Create(leaf, own, offline: true), authorities);
    }

    private static X509Certificate2Collection Import(string path, string setting)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TlsFileException(setting, path, $"cannot be read: {e.Message}");
        }
        return certificates.Count > 0 ? certificates : throw new TlsFileException(setting, path, "holds no certificate in PEM.");
    }

    [LoggerMessage(LogLevel.Information, "The silo's certificates have been read again; its own is valid until {NotAfter:u}.")]
    private partial void LogRead(DateTime notAfter);

    [LoggerMessage(LogLevel.Warning, "The silo's certificates have changed but cannot be used, the former ones stay: {Reason}")]
    private partial void LogKept(string reason);

    /// <param name="Certificate">With its private key and the intermediate ones.</param>
    /// <param name="Authorities">The only roots of trust.</param>
    internal sealed record Material(SslStreamCertificateContext Certificate, X509Certificate2Collection Authorities);

    /// <summary>Tells one state of the files from another, through the symbolic links by which Kubernetes exchanges a secret.</summary>
    private readonly record struct Stamp((DateTime, long) Certificate, (DateTime, long) Key, (DateTime, long) Authority)
    {
        public static Stamp Of(TlsOptions options) => new(Of(options.Certificate), Of(options.Key), Of(options.Authority));

        private static (DateTime, long) Of(string path)
        {
            try
            {
                var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
                return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return default;
            }
        }
    }
}

/// <summary>A certificate, key or authority file that cannot be used.</summary>
internal sealed class TlsFileException(string setting, string path, string problem)
    : Exception($"{ClusterOptions.SectionName}:Tls:{setting} is '{path}', which {problem}");
