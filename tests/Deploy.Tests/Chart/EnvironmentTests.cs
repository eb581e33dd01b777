using System.Net;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Gateway.Auth;
using ClipGen.Silo.Loading;
using k8s.Models;
using Microsoft.Extensions.Configuration;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>What the chart tells the executables is what they understand, by the types that read it.</summary>
public sealed class EnvironmentTests : IDisposable
{
    private readonly PodConfiguration _pods = new();

    public static TheoryData<string> ValuesFiles => new(Helm.ValuesFiles);

    public void Dispose() => _pods.Dispose();

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Every_setting_is_one_that_some_options_have(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        foreach (var (owner, pod, container) in rendering.Silos()) Settings.AssertKnown(_pods.Of(rendering, pod, container), owner);
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Silos_find_their_cluster(string values)
    {
        var rendering = await Helm.RenderAsync(values);
        var silos = rendering.Silos().Select(s => (s.Owner, s.Pod, s.Container, Options: ClusterOptions.From(_pods.Of(rendering, s.Pod, s.Container)))).ToList();

        Assert.Single(silos.Select(s => (s.Options.ClusterId, s.Options.ServiceId)).Distinct());
        Assert.All(silos, silo =>
        {
            Assert.StartsWith("redis", silo.Options.Connection);
            // Orleans looks for the cluster's pods by these labels, and would have to be allowed to change pods if they were others.
            Assert.Equal(silo.Options.ClusterId, silo.Pod.Metadata.Labels["orleans/clusterId"]);
            Assert.Equal(silo.Options.ServiceId, silo.Pod.Metadata.Labels["orleans/serviceId"]);
            Assert.Equal(["metadata.name", "metadata.namespace", "status.podIP"],
                new[] { "POD_NAME", "POD_NAMESPACE", "POD_IP" }.Select(name => Assert.Single(silo.Container.Env, e => e.Name == name).ValueFrom.FieldRef.FieldPath));
        });
        Assert.All(rendering.Pods().Where(p => silos.All(s => s.Owner != p.Owner)), p => Assert.DoesNotContain("orleans/clusterId", p.Pod.Metadata.Labels.Keys));
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Ports_are_those_of_the_code(string values)
    {
        var rendering = await Helm.RenderAsync(values);
        int http = IPEndPoint.Parse(new HttpOptions().Listen).Port, silo = new ClusterOptions().SiloPort;

        Assert.All(rendering.Silos(), s =>
        {
            var configuration = _pods.Of(rendering, s.Pod, s.Container);
            var listen = IPEndPoint.Parse(HttpOptions.From(configuration).Listen);
            Assert.Equal((IPAddress.Any, http), (listen.Address, listen.Port));
            Assert.Equal(silo, ClusterOptions.From(configuration).SiloPort);
            Assert.Equal([("http", http), ("silo", silo)], s.Container.Ports.Select(p => (p.Name, p.ContainerPort)));
        });
        Assert.All(rendering.All<V1NetworkPolicy>().Where(p => p.Metadata.Name.EndsWith("-silos", StringComparison.Ordinal)),
            policy => Assert.Equal($"{silo}", policy.Spec.Ingress[0].Ports.Single().Port.Value));
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Only_gateways_are_told_where_images_go(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        Assert.All(rendering.Silos(), s =>
        {
            bool told = s.Container.Env.Any(e => e.Name.StartsWith("CLIPGEN__Images__", StringComparison.Ordinal) || e.Name.StartsWith("CLIPGEN__FileImageStore__", StringComparison.Ordinal));
            Assert.Equal(s.Container.Name == "gateway", told);
        });
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task The_door_is_open_only_when_asked_for(string values)
    {
        var rendering = await Helm.RenderAsync(values);
        var gateway = Assert.Single(rendering.Silos(), s => s.Container.Name == "gateway");

        var options = AuthOptions.From(_pods.Of(rendering, gateway.Pod, gateway.Container));   // throws where it is open without having been asked for

        Assert.NotEqual(options.AllowAnonymous, gateway.Container.EnvFrom?.Count > 0);
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task There_is_time_to_stop(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        Assert.All(rendering.Silos(), s =>
        {
            double grace = ClusterOptions.From(_pods.Of(rendering, s.Pod, s.Container)).ShutdownGrace.TotalSeconds;
            double before = s.Container.Lifecycle?.PreStop?.Sleep?.Seconds ?? 0;
            Assert.True(s.Pod.Spec.TerminationGracePeriodSeconds >= grace + before + 10, $"{s.Owner}: {s.Pod.Spec.TerminationGracePeriodSeconds} s, of which {before} s before SIGTERM, for a grace of {grace} s");
        });
    }

    [Fact]
    public async Task Three_pools_share_the_stages()
    {
        var rendering = await Helm.RenderAsync("examples/three-pools");
        string Pool(string name)
        {
            var options = new DeviceOptions();
            var pod = rendering.One<V1StatefulSet>($"-{name}").Spec.Template;
            _pods.Of(rendering, pod, pod.Spec.Containers[0]).GetSection(DeviceOptions.SectionName).Bind(options);
            return $"{string.Join(',', options.Names)}: {string.Join(',', options.Stages)}";
        }
        string? Card(string name) => rendering.One<V1StatefulSet>($"-{name}").Spec.Template.Spec.Containers[0].Resources.Limits?.Keys.SingleOrDefault(k => k.Contains('/', StringComparison.Ordinal));

        Assert.Equal(["cpu: encode", "cuda: sample", "cuda: decode"], new[] { "encode", "sample", "decode" }.Select(Pool));
        Assert.Equal([null, "nvidia.com/gpu", "nvidia.com/mig-1g.10gb"], new[] { "encode", "sample", "decode" }.Select(Card));
        Assert.DoesNotContain(rendering.All<V1StatefulSet>(), s => s.Metadata.Name.EndsWith("-gpu", StringComparison.Ordinal));
    }
}
