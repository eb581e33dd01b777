namespace ClipGen.Cluster.Clustering.Tls;

/// <summary>
/// Mutual TLS among silos: each shows a certificate and lets in nobody who shows none. All three files, or none of them; they are read
/// again when they change, so certificates are exchanged without a restart. What changed counts from the next connection on; one that stands is not looked at again.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>PEM file of this silo's certificate, followed by the intermediate ones if there are any. Default: none, silos talk in the clear.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file of the certificate's private key. Default: none.</summary>
    public string Key { get; set; } = "";

    /// <summary>PEM file of the authorities whose certificates are let in; while one takes another's place, both. Default: none. The system's are never trusted.</summary>
    public string Authority { get; set; } = "";

    /// <summary>
    /// The DNS name that every silo's certificate must carry (subject alternative name), so that what the same authority signed for others
    /// does not open the cluster. Default: <c>clipgen-silo</c>.
    /// </summary>
    public string Name { get; set; } = "clipgen-silo";

    /// <summary>How long a connection may take to show who it is. Default: 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal bool IsOn => Certificate != "" || Key != "" || Authority != "";
}
