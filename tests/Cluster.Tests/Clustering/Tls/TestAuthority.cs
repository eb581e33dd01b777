using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClipGen.Cluster.Clustering.Tls;

namespace ClipGen.Cluster.Tests.Clustering.Tls;

/// <summary>A certificate authority of a test, and the files it hands out.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string SiloName = "clipgen-silo";
    private const string Server = "1.3.6.1.5.5.7.3.1", Client = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _root;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
    }

    public string Pem => _root.ExportCertificatePem();

    /// <summary>Writes a silo's three files into the folder, each whole, and returns the options that name them.</summary>
    /// <param name="authorities">PEM of those to trust; null for this one.</param>
    /// <param name="validFor">From two hours ago on; negative has expired by that much.</param>
    public TlsOptions Issue(string folder, string? authorities = null, string dnsName = SiloName, TimeSpan? validFor = null, bool forServers = true, bool forClients = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=silo", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var purposes = new OidCollection();
        if (forServers) purposes.Add(new Oid(Server));
        if (forClients) purposes.Add(new Oid(Client));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.Create(_root, now.AddHours(-24), now + (validFor ?? TimeSpan.FromHours(24)), RandomNumberGenerator.GetBytes(8));

        string Write(string name, string content)
        {
            string path = Path.Combine(folder, name), part = path + ".part";
            File.WriteAllText(part, content);
            File.Move(part, path, overwrite: true);
            return path;
        }
        return new TlsOptions
        {
            Certificate = Write("tls.crt", certificate.ExportCertificatePem()),
            Key = Write("tls.key", key.ExportPkcs8PrivateKeyPem()),
            Authority = Write("ca.crt", authorities ?? Pem),
        };
    }

    public void Dispose() => _root.Dispose();
}
