using k8s.Models;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>What a pod may, who may talk to it, and where secrets are.</summary>
public sealed class SecurityTests
{
    private static readonly string[] SecretWords = ["password", "connection", "secret", "token", "headers", "sha256", "accountkey", "accounts"];

    public static TheoryData<string> ValuesFiles => new(Helm.ValuesFiles);

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Nothing_runs_as_root_or_writes_to_its_image(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        Assert.All(rendering.Pods(), pod =>
        {
            var context = pod.Pod.Spec.SecurityContext;
            Assert.True(context.RunAsNonRoot);
            Assert.True(context.RunAsUser > 0);
            Assert.Equal("RuntimeDefault", context.SeccompProfile.Type);
            Assert.Null(pod.Pod.Spec.HostNetwork);
            Assert.False(pod.Pod.Spec.EnableServiceLinks);
        });
        Assert.All(rendering.Containers(), c =>
        {
            var context = c.Container.SecurityContext;
            Assert.True(context.ReadOnlyRootFilesystem);
            Assert.False(context.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], context.Capabilities.Drop);
            Assert.Null(context.Capabilities.Add);
            Assert.Null(context.Privileged);
            Assert.NotNull(c.Container.Resources.Requests);
        });
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task No_image_is_without_a_version(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        Assert.All(rendering.Containers(), c =>
        {
            string tag = c.Container.Image[(c.Container.Image.LastIndexOf(':') + 1)..];
            Assert.Matches("^[0-9]", tag);
        });
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Secrets_are_referred_to_and_never_written_out(string values)
    {
        var rendering = await Helm.RenderAsync(values);
        string[] made = [.. rendering.All<V1Secret>().SelectMany(s => s.StringData.Where(d => !d.Key.EndsWith("__Tenant", StringComparison.Ordinal)).Select(d => d.Value))];

        Assert.All(rendering.Containers().SelectMany(c => c.Container.Env ?? []).Where(e => e.Value is not null), variable =>
        {
            Assert.DoesNotContain(made, secret => variable.Value.Contains(secret, StringComparison.Ordinal));
            if (SecretWords.Any(word => variable.Name.Contains(word, StringComparison.OrdinalIgnoreCase))) Assert.Contains("$(REDIS_PASSWORD)", variable.Value);
        });
        Assert.All(rendering.Containers(), c => Assert.DoesNotContain((c.Container.Args ?? []).Concat(c.Container.Command ?? []), text => made.Any(secret => text.Contains(secret, StringComparison.Ordinal))));
        Assert.All(rendering.All<V1ConfigMap>().SelectMany(m => m.Data.Values), text => Assert.DoesNotContain(made, secret => text.Contains(secret, StringComparison.Ordinal)));
    }

    // A gateway knows keys by their hashes; the key that the chart makes is for clients.
    [Fact]
    public async Task The_key_itself_stays_away_from_gateways()
    {
        var rendering = await Helm.RenderAsync("ci/default");
        var keys = rendering.One<V1Secret>("-api-keys");
        string key = rendering.One<V1Secret>("-api-key").StringData["key"];

        Assert.All(keys.StringData.Keys, name => Assert.StartsWith("CLIPGEN__Auth__Keys__0__", name));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key))), keys.StringData["CLIPGEN__Auth__Keys__0__Sha256"]);
        Assert.DoesNotContain("-api-key\n", string.Join('\n', rendering.Silos().SelectMany(s => (s.Container.EnvFrom ?? []).Select(e => e.SecretRef.Name + "\n"))));
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Silos_may_read_pods_and_nothing_else(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        var rule = Assert.Single(Assert.Single(rendering.All<V1Role>()).Rules);
        Assert.Equal([""], rule.ApiGroups);
        Assert.Equal(["pods"], rule.Resources);
        Assert.Equal(["get", "list", "watch"], rule.Verbs);
        Assert.Empty(rendering.All<V1ClusterRole>());
        Assert.Empty(rendering.All<V1ClusterRoleBinding>());
        var binding = Assert.Single(rendering.All<V1RoleBinding>());
        var accounts = rendering.Silos().Select(s => s.Pod.Spec.ServiceAccountName).Distinct().Order();
        Assert.Equal(accounts, binding.Subjects.Select(s => s.Name).Order());
        Assert.All(binding.Subjects, s => Assert.Equal(Helm.Namespace, s.NamespaceProperty));
        // Who does not speak to Kubernetes has no token to do it with.
        Assert.All(rendering.Pods().Where(p => p.Pod.Spec.ServiceAccountName is null), p => Assert.False(p.Pod.Spec.AutomountServiceAccountToken));
    }

    [Fact]
    public async Task Each_port_is_open_to_those_who_need_it()
    {
        var rendering = await Helm.RenderAsync("ci/default");

        Assert.Equal(["clipgen/silo=true:11111", "namespace kubernetes.io/metadata.name=monitoring:8080"], Doors(rendering, "-silos"));
        Assert.Equal(["anybody:8080"], Doors(rendering, "-gateway"));
        Assert.Equal(["clipgen/silo=true:6379"], Doors(rendering, "-redis"));
        Assert.Equal(["app.kubernetes.io/component=gateway:10000"], Doors(rendering, "-azurite"));
        // The one that is selected for ingress and egress and may send nothing.
        Assert.Empty(rendering.One<V1NetworkPolicy>("-redis").Spec.Egress);
        Assert.Empty(rendering.One<V1NetworkPolicy>("-azurite").Spec.Egress);
        Assert.All(rendering.All<V1NetworkPolicy>().Where(p => !p.Metadata.Name.EndsWith("-gateway", StringComparison.Ordinal)), p => Assert.Equal(["Ingress", "Egress"], p.Spec.PolicyTypes));
    }

    [Fact]
    public async Task Callers_can_be_named()
    {
        var rendering = await Helm.RenderAsync("ci/full");

        Assert.Equal(["namespace kubernetes.io/metadata.name=ingress-nginx:8080", "app.kubernetes.io/component=test:8080"], Doors(rendering, "-gateway"));
        var egress = rendering.One<V1NetworkPolicy>("-silos").Spec.Egress.SelectMany(e => e.Ports).Select(p => p.Port.Value);
        Assert.Equal(["11111", "53", "53", "443", "6443", "6380", "4317", "5432"], egress);
    }

    [Theory]
    [InlineData("http://collector:4318", "4318")]
    [InlineData("https://collector.example.com", "443")]
    [InlineData("http://collector/path", "80")]
    public async Task The_collector_can_be_reached(string endpoint, string port)
    {
        var rendering = await Helm.RenderAsync("ci/default", "--set", $"telemetry.otlp.endpoint={endpoint}");

        Assert.Equal(port, rendering.One<V1NetworkPolicy>("-silos").Spec.Egress[^1].Ports.Single().Port.Value);
    }

    // Metrics and health stay inside: only these paths are led in.
    [Fact]
    public async Task The_ingress_leads_to_the_API_and_the_page_only()
    {
        var rendering = await Helm.RenderAsync("ci/full");

        var ingress = Assert.Single(rendering.All<V1Ingress>());
        Assert.Equal(["/v1 Prefix", "/openapi Prefix", "/page Prefix", "/ Exact"], ingress.Spec.Rules.Single().Http.Paths.Select(p => $"{p.Path} {p.PathType}"));
        Assert.Equal("draw-tls", Assert.Single(ingress.Spec.Tls).SecretName);
        Assert.Equal(["/v1 PathPrefix", "/openapi PathPrefix", "/page PathPrefix", "/ Exact"], Assert.Single(rendering.All<HttpRoute>()).Spec.Rules.Single().Matches.Select(m => $"{m.Path.Value} {m.Path.Type}"));
    }

    private static IEnumerable<string> Doors(Rendering rendering, string name) =>
        from rule in rendering.One<V1NetworkPolicy>(name).Spec.Ingress
        from peer in rule.FromProperty is { Count: > 0 } peers ? peers.Select(Peer) : ["anybody"]
        from port in rule.Ports
        select $"{peer}:{port.Port.Value}";

    private static string Peer(V1NetworkPolicyPeer peer)
    {
        var (kind, labels) = peer.NamespaceSelector is { } space ? ("namespace ", space.MatchLabels) : ("", peer.PodSelector.MatchLabels);
        return kind + string.Join(',', labels.Where(l => l.Key is not ("app.kubernetes.io/name" or "app.kubernetes.io/instance")).Select(l => $"{l.Key}={l.Value}"));
    }
}
