using System.IO.Pipelines;
using System.Security.Authentication;
using System.Text;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Clustering.Tls;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGen.Cluster.Tests.Clustering.Tls;

public sealed class TlsHandshakeTests : IDisposable
{
    private readonly TemporaryFolder _a = new(), _b = new();
    private readonly TestAuthority _authority = new("ours"), _other = new("another");

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Two_silos_of_one_authority_understand_each_other()
    {
        var (server, client) = await ShakeAsync(_authority.Issue(_a.Path), _authority.Issue(_b.Path));
        Assert.Null(server.Refusal ?? client.Refusal);
        await client.Stream!.WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);
        byte[] heard = new byte[4];
        await server.Stream!.ReadExactlyAsync(heard, TestContext.Current.CancellationToken);
        Assert.Equal("ping", Encoding.ASCII.GetString(heard));
        Assert.Equal(SslProtocols.Tls13, server.Stream.SslProtocol);
        Assert.True(server.Stream.IsMutuallyAuthenticated);
    }

    [Fact]
    public async Task Nobody_gets_in_with_a_certificate_of_another_authority()
    {
        var (server, _) = await ShakeAsync(_authority.Issue(_a.Path), _other.Issue(_b.Path, authorities: _authority.Pem));
        Assert.Contains("is not accepted", server.Refusal);
    }

    [Fact]
    public async Task A_silo_does_not_talk_to_one_of_another_authority()
    {
        var (_, client) = await ShakeAsync(_other.Issue(_a.Path, authorities: _authority.Pem), _authority.Issue(_b.Path));
        Assert.Contains("is not accepted", client.Refusal);
    }

    [Fact]
    public async Task Nobody_gets_in_with_an_expired_certificate()
    {
        var (server, _) = await ShakeAsync(_authority.Issue(_a.Path), _authority.Issue(_b.Path, validFor: TimeSpan.FromHours(-1)));
        Assert.Contains("is not accepted", server.Refusal);
    }

    [Fact]
    public async Task Nobody_gets_in_with_a_certificate_for_another_name()
    {
        var (server, _) = await ShakeAsync(_authority.Issue(_a.Path), _authority.Issue(_b.Path, dnsName: "somebody-else"));
        Assert.Contains("does not carry the name clipgen-silo", server.Refusal);
    }

    [Fact]
    public async Task A_silo_does_not_talk_to_one_with_another_name()
    {
        var (_, client) = await ShakeAsync(_authority.Issue(_a.Path, dnsName: "somebody-else"), _authority.Issue(_b.Path));
        Assert.Contains("does not carry the name clipgen-silo", client.Refusal);
    }

    [Fact]
    public async Task A_certificate_counts_only_for_its_side_of_a_connection()
    {
        var (server, _) = await ShakeAsync(_authority.Issue(_a.Path), _authority.Issue(_b.Path, forClients: false));
        Assert.Contains("is not accepted", server.Refusal);
        var (_, client) = await ShakeAsync(_authority.Issue(_a.Path, forServers: false), _authority.Issue(_b.Path));
        Assert.Contains("is not accepted", client.Refusal);
    }

    [Fact]
    public async Task Plain_text_is_refused()
    {
        var (near, far) = PipePair.Create();
        await far.Output.WriteAsync("GET / HTTP/1.1\r\nHost: silo\r\n\r\n and some more to be read"u8.ToArray(), TestContext.Current.CancellationToken);
        await far.Output.CompleteAsync();
        var options = _authority.Issue(_a.Path);
        await Assert.ThrowsAsync<AuthenticationException>(() => TlsHandshake.AcceptAsync(near, TlsCertificates.Read(options), options, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_says_nothing_is_cut_off()
    {
        var (near, _) = PipePair.Create();
        var options = _authority.Issue(_a.Path);
        options.HandshakeTimeout = TimeSpan.FromMilliseconds(50);
        var refusal = await Assert.ThrowsAsync<AuthenticationException>(() => TlsHandshake.AcceptAsync(near, TlsCertificates.Read(options), options, TestContext.Current.CancellationToken));
        Assert.Contains("within 0.1 s", refusal.Message);
    }

    [Fact]
    public async Task New_files_count_from_the_next_connection_on()
    {
        var options = _authority.Issue(_a.Path);
        var certificates = new TlsCertificates(options, NullLogger.Instance);
        var peer = _other.Issue(_b.Path, authorities: _authority.Pem + "\n" + _other.Pem);
        var (before, _) = await ShakeAsync(certificates.Current, options, TlsCertificates.Read(peer), peer);
        Assert.Contains("is not accepted", before.Refusal);

        _authority.Issue(_a.Path, authorities: _authority.Pem + "\n" + _other.Pem);
        var (after, client) = await ShakeAsync(certificates.Current, options, TlsCertificates.Read(peer), peer);
        Assert.Null(after.Refusal ?? client.Refusal);
    }

    [Fact]
    public void Files_that_do_not_fit_together_leave_the_former_ones_in_force_until_they_do()
    {
        var options = _authority.Issue(_a.Path);
        var certificates = new TlsCertificates(options, NullLogger.Instance);
        var former = certificates.Current;
        string key = File.ReadAllText(options.Key);
        File.WriteAllText(options.Key, "-----BEGIN PRIVATE KEY-----\nMIGH\n");
        Assert.Same(former, certificates.Current);
        File.Delete(options.Key);
        Assert.Same(former, certificates.Current);
        File.WriteAllText(options.Key, key + "\n");
        Assert.NotSame(former, certificates.Current);
    }

    [Fact]
    public void A_silo_does_not_start_with_a_certificate_that_the_others_would_refuse()
    {
        string Failure(TlsOptions tls) => Assert.Single(new ClusterOptionsValidator(null).Validate(null, new() { Connection = "redis://localhost", Tls = tls }).Failures ?? []);
        Assert.Contains("does not carry the name clipgen-silo", Failure(_authority.Issue(_a.Path, dnsName: "somebody-else")));
        Assert.Contains("which was valid until", Failure(_authority.Issue(_b.Path, validFor: TimeSpan.FromHours(-1))));
    }

    private static Task<(Side Server, Side Client)> ShakeAsync(TlsOptions server, TlsOptions client) => ShakeAsync(TlsCertificates.Read(server), server, TlsCertificates.Read(client), client);

    private static async Task<(Side Server, Side Client)> ShakeAsync(TlsCertificates.Material serverMaterial, TlsOptions server, TlsCertificates.Material clientMaterial, TlsOptions client)
    {
        var (near, far) = PipePair.Create();
        var token = TestContext.Current.CancellationToken;
        var sides = await Task.WhenAll(
            Side.Of(TlsHandshake.AcceptAsync(near, serverMaterial, server, token), near),
            Side.Of(TlsHandshake.ConnectAsync(far, clientMaterial, client, token), far));
        return (sides[0], sides[1]);
    }

    private sealed record Side(System.Net.Security.SslStream? Stream, string? Refusal)
    {
        public static async Task<Side> Of(Task<System.Net.Security.SslStream> handshake, IDuplexPipe transport)
        {
            try
            {
                return new(await handshake, null);
            }
            catch (AuthenticationException e)
            {
                await transport.Output.CompleteAsync();   // as an aborted connection ends for its peer
                return new(null, e.Message);
            }
        }
    }
}
