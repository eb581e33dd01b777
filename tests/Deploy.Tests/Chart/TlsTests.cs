using ClipGen.Cluster.Clustering;
using k8s.Models;
using Microsoft.Extensions.Options;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>Mutual TLS among silos: all of them or none, with certificates that they accept and that can be exchanged while they run.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly PodConfiguration _pods = new();

    public static TheoryData<string> WithTls => new("ci/tls", "ci/tls-secret", "examples/tls");

    public void Dispose() => _pods.Dispose();

    [Fact]
    public async Task It_is_off_unless_asked_for()
    {
        var rendering = await Helm.RenderAsync("ci/default");

        Assert.Empty(rendering.All<Issuer>());
        Assert.Empty(rendering.All<Certificate>());
        Assert.All(rendering.Silos(), s =>
        {
            Assert.DoesNotContain(s.Container.Env, e => e.Name.Contains("Tls", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(s.Pod.Spec.Volumes, v => v.Secret is not null);
        });
    }

    // Reading the options is what refuses files that are missing, do not fit together or do not carry the name.
    [Theory]
    [MemberData(nameof(WithTls))]
    public async Task Every_silo_and_every_gateway_has_what_it_needs(string values)
    {
        var rendering = await Helm.RenderAsync(values);
        var silos = rendering.Silos().Select(s => ClusterOptions.From(_pods.Of(rendering, s.Pod, s.Container)).Tls).ToList();

        Assert.True(silos.Count >= 2);
        Assert.All(silos, tls => Assert.All([tls.Certificate, tls.Key, tls.Authority], path => Assert.True(File.Exists(path), path)));
        Assert.Single(silos.Select(tls => (tls.Name, tls.HandshakeTimeout)).Distinct());
    }

    [Fact]
    public async Task A_certificate_without_the_name_would_be_noticed()
    {
        var rendering = new Rendering((await Helm.RenderAsync("ci/tls")).Text);   // one's own: the other is shared
        rendering.One<Certificate>("-silo").Spec.DnsNames[0] = "somebody-else";
        var (_, pod, container) = rendering.Silos().First();

        Assert.Contains("does not carry the name clipgen-silo", Assert.Throws<OptionsValidationException>(() => ClusterOptions.From(_pods.Of(rendering, pod, container))).Message);
    }

    [Fact]
    public async Task The_name_and_the_patience_can_be_chosen()
    {
        var rendering = await Helm.RenderAsync("ci/tls-secret");
        var (_, pod, container) = rendering.Silos().First();

        var tls = ClusterOptions.From(_pods.Of(rendering, pod, container)).Tls;

        Assert.Equal(("draw.silos.example.com", TimeSpan.FromSeconds(5)), (tls.Name, tls.HandshakeTimeout));
    }

    // What is mounted by subPath is never exchanged; a checksum among the annotations would restart silos instead.
    [Theory]
    [MemberData(nameof(WithTls))]
    public async Task New_certificates_reach_processes_that_run(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        Assert.All(rendering.Silos(), s =>
        {
            var volumes = s.Pod.Spec.Volumes.Where(v => v.Secret is not null).ToList();
            Assert.NotEmpty(volumes);
            Assert.All(volumes, volume =>
            {
                var mount = Assert.Single(s.Container.VolumeMounts, m => m.Name == volume.Name);
                Assert.True(mount.ReadOnlyProperty);
                Assert.Null(mount.SubPath);
                Assert.Null(mount.SubPathExpr);
                // The group is the pod's; others have no business with a private key.
                Assert.Equal(Convert.ToInt32("440", 8), volume.Secret.DefaultMode);
                Assert.NotEqual(true, volume.Secret.Optional);
            });
            Assert.NotNull(s.Pod.Spec.SecurityContext.FsGroup);
            Assert.DoesNotContain(s.Pod.Metadata.Annotations?.Keys ?? [], key => key.Contains("checksum", StringComparison.Ordinal));
        });
    }

    [Theory]
    [MemberData(nameof(WithTls))]
    public async Task Nobody_but_silos_and_gateways_has_the_key(string values)
    {
        var rendering = await Helm.RenderAsync(values);
        string[] silos = [.. rendering.Silos().Select(s => s.Owner)];

        Assert.All(rendering.Pods().Where(p => !silos.Contains(p.Owner)), p => Assert.DoesNotContain(p.Pod.Spec.Volumes ?? [], v => v.Secret is not null));
    }

    [Fact]
    public async Task An_authority_of_the_releases_own_signs_where_none_is_named()
    {
        var rendering = await Helm.RenderAsync("ci/tls");
        Issuer Of(Certificate certificate) => Assert.Single(rendering.All<Issuer>(), i => (i.Metadata.Name, "Issuer", "cert-manager.io") == (certificate.Spec.IssuerRef.Name, certificate.Spec.IssuerRef.Kind, certificate.Spec.IssuerRef.Group));

        var leaf = rendering.One<Certificate>("-silo").Spec;
        var authority = rendering.One<Certificate>("-silo-ca").Spec;

        Assert.False(leaf.IsCA);
        Assert.True(authority.IsCA);
        Assert.Equal(authority.SecretName, Of(rendering.One<Certificate>("-silo")).Spec.Ca!.SecretName);
        Assert.NotNull(Of(rendering.One<Certificate>("-silo-ca")).Spec.SelfSigned);
        Assert.NotEqual(authority.SecretName, leaf.SecretName);   // its key signs, and is nothing for silos
        // A new key of the authority would part those who have heard of it from those who have not.
        Assert.Equal(("Never", "Always"), (authority.PrivateKey.RotationPolicy, leaf.PrivateKey.RotationPolicy));
    }

    [Theory]
    [InlineData("ci/tls", "clipgen-silo", "2160h", "720h")]
    [InlineData("examples/tls", "silos.draw.example.com", "504h", "168h")]
    public async Task What_cert_manager_is_asked_for_opens_both_sides_of_a_connection(string values, string name, string duration, string before)
    {
        var rendering = await Helm.RenderAsync(values);

        var wanted = rendering.One<Certificate>("-silo").Spec;

        Assert.Equal([name], wanted.DnsNames);
        Assert.Equal(["client auth", "digital signature", "server auth"], wanted.Usages.Order());
        Assert.Equal((duration, before), (wanted.Duration, wanted.RenewBefore));
        Assert.All(rendering.Silos(), s => Assert.Equal(wanted.SecretName, Assert.Single(s.Pod.Spec.Volumes, v => v.Secret is not null).Secret.SecretName));
    }

    [Fact]
    public async Task An_issuer_of_the_cluster_signs_where_it_is_named()
    {
        var rendering = await Helm.RenderAsync("examples/tls");

        var issuer = Assert.Single(rendering.All<Certificate>()).Spec.IssuerRef;
        Assert.Equal(("internal-ca", "ClusterIssuer", "cert-manager.io"), (issuer.Name, issuer.Kind, issuer.Group));
        Assert.Empty(rendering.All<Issuer>());
    }

    [Fact]
    public async Task Certificates_of_somebody_else_s_making_ask_nothing_of_cert_manager()
    {
        var rendering = await Helm.RenderAsync("ci/tls-secret");

        Assert.Empty(rendering.All<Certificate>());
        Assert.All(rendering.Silos(), s => Assert.Equal(
            ["draw-silo-tls: tls.crt, tls.key", "draw-authorities: ca.crt"],
            s.Pod.Spec.Volumes.Where(v => v.Secret is not null).Select(v => $"{v.Secret.SecretName}: {string.Join(", ", v.Secret.Items.Select(i => i.Key))}")));
    }
}
