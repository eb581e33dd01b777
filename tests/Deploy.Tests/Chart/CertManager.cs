using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClipGen.Deploy.Tests.Chart;

internal sealed class Issuer : CustomResource<IssuerSpec>;

/// <summary>One of them.</summary>
internal sealed class IssuerSpec
{
    public Dictionary<string, object>? SelfSigned { get; set; }
    public IssuerAuthority? Ca { get; set; }
}

internal sealed class IssuerAuthority
{
    public string SecretName { get; set; } = "";
}

internal sealed class Certificate : CustomResource<CertificateSpec>;

internal sealed class CertificateSpec
{
    public bool IsCA { get; set; }
    public string CommonName { get; set; } = "";
    public string SecretName { get; set; } = "";
    public string Duration { get; set; } = "";
    public string RenewBefore { get; set; } = "";
    public CertificateKey PrivateKey { get; set; } = new();
    public List<string> Usages { get; set; } = [];
    public List<string> DnsNames { get; set; } = [];
    public IssuerReference IssuerRef { get; set; } = new();
}

internal sealed class CertificateKey
{
    public string Algorithm { get; set; } = "";
    public int Size { get; set; }
    public string? Encoding { get; set; }
    public string RotationPolicy { get; set; } = "";
}

internal sealed class IssuerReference
{
    public string Name { get; set; } = "";
    public string Kind { get; set; } = "";
    public string Group { get; set; } = "";
}

/// <summary>In cert-manager's place: signs what a Certificate asks for, with a new authority each time.</summary>
internal static class CertManager
{
    /// <summary>The Secret that comes of it, by key.</summary>
    public static Dictionary<string, string> Issue(CertificateSpec wanted)
    {
        var now = DateTimeOffset.UtcNow;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Without a common name cert-manager leaves the subject empty.
        var request = new CertificateRequest(new X500DistinguishedName(wanted.CommonName == "" ? "" : $"CN={wanted.CommonName}"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        wanted.DnsNames.ForEach(names.AddDnsName);
        request.CertificateExtensions.Add(names.Build(critical: wanted.CommonName == ""));
        using var certificate = request.Create(authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return new()
        {
            ["tls.crt"] = certificate.ExportCertificatePem(),
            ["tls.key"] = key.ExportPkcs8PrivateKeyPem(),
            ["ca.crt"] = authority.ExportCertificatePem(),
        };
    }
}
