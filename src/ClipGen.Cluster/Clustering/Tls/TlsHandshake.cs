using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ClipGen.Cluster.Clustering.Tls;

/// <summary>
/// Lets two silos show each other who they are (TLS 1.3, RFC 8446, both with a certificate). A peer's certificate must lead to one of our own authorities,
/// be valid now, be meant for its side of the connection (extended key usage, if it has one) and carry the cluster's name.
/// </summary>
internal static class TlsHandshake
{
    // The purposes of RFC 5280 §4.2.1.12.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1", ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>The encrypted connection over <paramref name="transport"/>, from the side that was called.</summary>
    /// <exception cref="AuthenticationException">The peer is not let in; the message says why.</exception>
    public static Task<SslStream> AcceptAsync(IDuplexPipe transport, TlsCertificates.Material material, TlsOptions options, CancellationToken cancellationToken) =>
        AuthenticateAsync(transport, material, options, (stream, check, token) => stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = material.Certificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = Policy(material, ClientAuthentication),
            RemoteCertificateValidationCallback = check,
            // A resumed session shows no certificate: one that has been withdrawn since would still get in.
            AllowTlsResume = false,
            AllowRenegotiation = false,
        }, token), cancellationToken);

    /// <summary>The same from the side that calls.</summary>
    /// <exception cref="AuthenticationException">The peer is not who it should be; the message says why.</exception>
    public static Task<SslStream> ConnectAsync(IDuplexPipe transport, TlsCertificates.Material material, TlsOptions options, CancellationToken cancellationToken) =>
        AuthenticateAsync(transport, material, options, (stream, check, token) => stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = options.Name,
            ClientCertificateContext = material.Certificate,
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = Policy(material, ServerAuthentication),
            RemoteCertificateValidationCallback = check,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        }, token), cancellationToken);

    private static async Task<SslStream> AuthenticateAsync(
        IDuplexPipe transport, TlsCertificates.Material material, TlsOptions options, Func<SslStream, RemoteCertificateValidationCallback, CancellationToken, Task> authenticate, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.HandshakeTimeout);
        string? refusal = null;
        bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => (refusal = Problem(certificate, chain, errors, options.Name)) is null;
        var stream = new SslStream(new DuplexPipeStream(transport));
        try
        {
            await authenticate(stream, Check, deadline.Token);
            return stream;
        }
        catch (Exception e)
        {
            await stream.DisposeAsync();
            if (refusal is not null) throw new AuthenticationException(refusal, e);
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new AuthenticationException(string.Create(CultureInfo.InvariantCulture, $"It did not show a certificate within {options.HandshakeTimeout.TotalSeconds:0.#} s."), e);
            if (e is IOException) throw new AuthenticationException("It broke off the handshake: it may not trust this silo's certificate, or it does not speak TLS.", e);
            throw;
        }
    }

    /// <summary>Why the certificate is not enough; null when it is.</summary>
    private static string? Problem(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string name)
    {
        if (certificate is not X509Certificate2 shown) return "It shows no certificate.";
        // Only the calling side has the name checked by the platform; both must.
        if (!shown.MatchesHostname(name, allowWildcards: false, allowCommonName: false)) return $"Its certificate ({shown.Subject}) does not carry the name {name}.";
        if (errors == SslPolicyErrors.None) return null;
        var faults = chain?.ChainStatus.Select(s => s.StatusInformation.Trim()).Where(s => s != "").Distinct() ?? [];
        return $"Its certificate ({shown.Subject}) is not accepted: {string.Join(" ", faults.DefaultIfEmpty(errors.ToString()))}";
    }

    private static X509ChainPolicy Policy(TlsCertificates.Material material, string purpose)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,   // a private authority's certificates are short-lived instead
            DisableCertificateDownloads = true,            // a stranger's certificate must not make a silo call anywhere
        };
        policy.CustomTrustStore.AddRange(material.Authorities);
        policy.ApplicationPolicy.Add(new(purpose));
        return policy;
    }
}
