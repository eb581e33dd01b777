using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>Every values file of the chart renders to objects that Kubernetes takes, and that fit together.</summary>
public sealed partial class RenderTests
{
    private static readonly string Goldens = Path.Combine(Repository.Root, "tests", "Deploy.Tests", "Renders");

    public static TheoryData<string> ValuesFiles => new(Helm.ValuesFiles);

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Lint_has_nothing_to_say(string values)
    {
        var outcome = await Helm.RunAsync("lint", "--strict", Helm.ChartFolder, "--values", Path.Combine(Helm.ChartFolder, $"{values}-values.yaml"));

        Assert.True(outcome.ExitCode == 0, outcome.Output + outcome.Errors);
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Every_object_is_one_that_Kubernetes_knows(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        Assert.NotEmpty(rendering.Objects);
        var names = rendering.Objects.Cast<IKubernetesObject<V1ObjectMeta>>().Select(o => $"{o.Kind}/{o.Metadata.Name}").ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.All(rendering.Objects.Cast<IKubernetesObject<V1ObjectMeta>>(), o =>
        {
            Assert.Matches("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", o.Metadata.Name);
            Assert.Equal("Helm", o.Metadata.Labels["app.kubernetes.io/managed-by"]);
        });
    }

    // KubernetesClient reads `value: 8` into a string; the API server does not.
    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task What_must_be_text_is_written_as_text(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        foreach (var document in rendering.Documents())
        {
            foreach (var (path, scalar) in Scalars(document, ""))
            {
                if (!TextOnly().IsMatch(path) || scalar.Style != YamlDotNet.Core.ScalarStyle.Plain) continue;
                Assert.False(NotText().IsMatch(scalar.Value ?? ""), $"{document["kind"]} {document["metadata"]["name"]}: {path} is {scalar.Value} without quotes.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Selectors_find_what_they_are_meant_for(string values)
    {
        var rendering = await Helm.RenderAsync(values);
        var pods = rendering.Pods().ToList();

        foreach (var deployment in rendering.All<V1Deployment>()) Assert.True(Matches(deployment.Spec.Selector.MatchLabels, deployment.Spec.Template.Metadata.Labels), deployment.Metadata.Name);
        foreach (var set in rendering.All<V1StatefulSet>())
        {
            Assert.True(Matches(set.Spec.Selector.MatchLabels, set.Spec.Template.Metadata.Labels), set.Metadata.Name);
            Assert.Contains(rendering.All<V1Service>(), s => s.Metadata.Name == set.Spec.ServiceName);
        }
        foreach (var service in rendering.All<V1Service>())
        {
            var (owner, pod) = Assert.Single(pods, p => Matches(service.Spec.Selector, p.Pod.Metadata.Labels));
            Assert.Equal(service.Metadata.Name, owner);
            var ports = pod.Spec.Containers.SelectMany(c => c.Ports ?? []).Select(p => p.Name).ToHashSet();
            Assert.All(service.Spec.Ports, port => Assert.Contains(port.TargetPort.Value, ports));
        }
        foreach (var budget in rendering.All<V1PodDisruptionBudget>()) Assert.Single(pods, p => Matches(budget.Spec.Selector.MatchLabels, p.Pod.Metadata.Labels));
        foreach (var policy in rendering.All<V1NetworkPolicy>()) Assert.Contains(pods, p => Matches(policy.Spec.PodSelector.MatchLabels, p.Pod.Metadata.Labels));
        foreach (var monitor in rendering.All<ServiceMonitor>())
        {
            var monitored = rendering.All<V1Service>().Where(s => Matches(monitor.Spec.Selector.MatchLabels, s.Metadata.Labels)).ToList();
            Assert.Equal(rendering.Silos().Select(s => s.Owner).Order(), monitored.Select(s => s.Metadata.Name).Order());
            Assert.All(monitored, s => Assert.Contains(s.Spec.Ports, p => p.Name == monitor.Spec.Endpoints[0].Port));
        }
        foreach (var scaled in rendering.All<ScaledObject>())
        {
            var set = rendering.One<V1StatefulSet>(scaled.Spec.ScaleTargetRef.Name);
            Assert.Null(set.Spec.Replicas);
            Assert.InRange(scaled.Spec.MinReplicaCount, 1, scaled.Spec.MaxReplicaCount);
        }
        foreach (var scaler in rendering.All<V2HorizontalPodAutoscaler>())
        {
            Assert.Null(rendering.One<V1Deployment>(scaler.Spec.ScaleTargetRef.Name).Spec.Replicas);
            Assert.NotEmpty(scaler.Spec.Metrics);
        }
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task What_is_mounted_and_referred_to_is_there(string values)
    {
        var rendering = await Helm.RenderAsync(values);
        string[] secrets = [.. rendering.All<V1Secret>().Select(s => s.Metadata.Name), .. rendering.All<Certificate>().Select(c => c.Spec.SecretName)];
        string given = await File.ReadAllTextAsync(Path.Combine(Helm.ChartFolder, $"{values}-values.yaml"), TestContext.Current.CancellationToken);

        foreach (var (owner, pod) in rendering.Pods())
        {
            var claims = rendering.All<V1StatefulSet>().Where(s => s.Metadata.Name == owner).SelectMany(s => s.Spec.VolumeClaimTemplates ?? []).Select(c => c.Metadata.Name);
            var volumes = (pod.Spec.Volumes ?? []).Select(v => v.Name).Concat(claims).ToList();
            Assert.Equal(volumes.Distinct(), volumes);
            var mounts = (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers).SelectMany(c => c.VolumeMounts ?? []).Select(m => m.Name).ToHashSet();
            Assert.Equal(volumes.Order(), mounts.Order());
            Assert.All((pod.Spec.Volumes ?? []).Where(v => v.ConfigMap is not null), v => Assert.Contains(rendering.All<V1ConfigMap>(), c => c.Metadata.Name == v.ConfigMap.Name));
            if (pod.Spec.ServiceAccountName is { } account) Assert.Contains(rendering.All<V1ServiceAccount>(), a => a.Metadata.Name == account);

            var referred = pod.Spec.Containers.SelectMany(c => (c.Env ?? []).Select(e => e.ValueFrom?.SecretKeyRef?.Name).Concat((c.EnvFrom ?? []).Select(e => e.SecretRef?.Name)))
                .Concat((pod.Spec.Volumes ?? []).Select(v => v.Secret?.SecretName)).OfType<string>();
            Assert.All(referred, name => Assert.True(secrets.Contains(name) || given.Contains(name, StringComparison.Ordinal), $"{owner} needs the Secret {name}, which neither the chart makes nor the values name."));
        }
    }

    [Theory]
    [InlineData("ci/default")]
    [InlineData("ci/full")]
    [InlineData("ci/tls")]
    [InlineData("ci/tls-secret")]
    [InlineData("examples/three-pools")]
    public async Task It_renders_as_approved(string values)
    {
        // Dashboards and rules have originals that are looked at where they are.
        string actual = Mask((await Helm.RenderAsync(values, "--set", "telemetry.dashboards.enabled=false", "--set", "telemetry.prometheusRule.enabled=false")).Text);
        string file = Path.Combine(Goldens, $"{values.Replace('/', '-')}.yaml");
        if (Environment.GetEnvironmentVariable("CLIPGEN_APPROVE") == "1") await File.WriteAllTextAsync(file, actual, TestContext.Current.CancellationToken);

        Assert.True(
            File.Exists(file) && (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n") == actual,
            $"What {values} renders to has changed. If that is meant, run this test with CLIPGEN_APPROVE=1, which rewrites {file}, and look at the difference before it is committed.");
    }

    private static bool Matches(IDictionary<string, string> selector, IDictionary<string, string>? labels) =>
        labels is not null && selector.Count > 0 && selector.All(s => labels.TryGetValue(s.Key, out string? value) && value == s.Value);

    private static IEnumerable<(string Path, YamlScalarNode Scalar)> Scalars(YamlNode node, string path) => node switch
    {
        YamlScalarNode scalar => [(path, scalar)],
        YamlSequenceNode sequence => sequence.Children.SelectMany((child, i) => Scalars(child, $"{path}[{i}]")),
        YamlMappingNode mapping => mapping.Children.SelectMany(child => Scalars(child.Value, $"{path}/{child.Key}")),
        _ => [],
    };

    // What is made anew at each rendering.
    private static string Mask(string rendering) => Random().Replace(rendering, match => $"{match.Groups["before"].Value}MADE-BY-THE-CHART");

    [GeneratedRegex("""(?<before>(password|key|CLIPGEN__Auth__Keys__0__Sha256): "|accounts: "clipgen:|AccountKey=)[A-Za-z0-9+/=-]+""")]
    private static partial Regex Random();

    [GeneratedRegex("/(labels|annotations|matchLabels|nodeSelector|data|stringData)/[^/]+$|/env\\[[0-9]+\\]/value$|/(args|command)\\[[0-9]+\\]$|/triggers\\[[0-9]+\\]/metadata/")]
    private static partial Regex TextOnly();

    [GeneratedRegex("^([-+]?[0-9][0-9_.eE+-]*|true|false|yes|no|on|off|null|~|)$", RegexOptions.IgnoreCase)]
    private static partial Regex NotText();
}
