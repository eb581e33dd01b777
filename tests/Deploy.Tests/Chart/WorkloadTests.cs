using k8s.Models;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>How pods start, are watched, are replaced, and what they ask for.</summary>
public sealed class WorkloadTests
{
    public static TheoryData<string> ValuesFiles => new(Helm.ValuesFiles);

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task Silos_are_watched_by_their_health_endpoints(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        Assert.All(rendering.Silos(), s =>
        {
            V1Probe[] probes = [s.Container.StartupProbe, s.Container.LivenessProbe, s.Container.ReadinessProbe];
            Assert.All(probes, p => Assert.Equal("http", p.HttpGet.Port.Value));
            Assert.Equal(("/health/startup", "/health/live"), (probes[0].HttpGet.Path, probes[1].HttpGet.Path));
            if (s.Container.Name == "silo") Assert.Equal("/health/ready", probes[2].HttpGet.Path);
        });
    }

    // A gateway is the one who tells clients that devices are missing.
    [Theory]
    [InlineData("true", "/health/startup")]
    [InlineData("false", "/health/ready")]
    public async Task A_gateway_without_devices_stays_unless_told_otherwise(string stays, string path)
    {
        var rendering = await Helm.RenderAsync("ci/default", "--set", $"gateway.readyWithoutDevices={stays}");

        Assert.Equal(path, rendering.One<V1Deployment>("-gateway").Spec.Template.Spec.Containers[0].ReadinessProbe.HttpGet.Path);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(901)]
    [InlineData(3600)]
    public async Task A_silo_may_load_its_weights_as_long_as_it_takes(int seconds)
    {
        var rendering = await Helm.RenderAsync("ci/default", "--set", $"pools.gpu.startupSeconds={seconds}");

        var probe = rendering.One<V1StatefulSet>("-gpu").Spec.Template.Spec.Containers[0].StartupProbe;
        Assert.InRange(probe.FailureThreshold!.Value * probe.PeriodSeconds!.Value, seconds, seconds + probe.PeriodSeconds.Value);
    }

    [Theory]
    [MemberData(nameof(ValuesFiles))]
    public async Task No_new_silo_waits_for_a_card_that_an_old_one_holds(string values)
    {
        var rendering = await Helm.RenderAsync(values);

        // Who asks for a card is in a StatefulSet, whose pods are gone before others have their names; a Deployment would start the new one first.
        Assert.All(rendering.All<V1Deployment>(), d => Assert.DoesNotContain(Cards(d.Spec.Template), _ => true));
        Assert.All(rendering.All<V1StatefulSet>().Where(s => Cards(s.Spec.Template).Any()), s =>
        {
            Assert.Equal("RollingUpdate", s.Spec.UpdateStrategy.Type);
            Assert.Null(s.Spec.UpdateStrategy.RollingUpdate);
            Assert.Equal("Parallel", s.Spec.PodManagementPolicy);
        });
    }

    [Fact]
    public async Task Gateways_are_replaced_one_by_one_with_the_new_one_first()
    {
        var strategy = (await Helm.RenderAsync("ci/default")).One<V1Deployment>("-gateway").Spec.Strategy;

        Assert.Equal(("RollingUpdate", "1", "0"), (strategy.Type, strategy.RollingUpdate.MaxSurge.Value, strategy.RollingUpdate.MaxUnavailable.Value));
    }

    [Fact]
    public async Task A_volume_with_images_has_one_gateway_at_a_time()
    {
        var gateway = (await Helm.RenderAsync("ci/cpu")).One<V1Deployment>("-gateway").Spec;

        Assert.Equal(("Recreate", 1), (gateway.Strategy.Type, gateway.Replicas));
        Assert.Equal("demo-clipgen-cluster-images", Assert.Single(gateway.Template.Spec.Volumes, v => v.PersistentVolumeClaim is not null).PersistentVolumeClaim.ClaimName);
    }

    [Theory]
    [InlineData("nvidia.com/gpu", 1)]
    [InlineData("nvidia.com/mig-3g.40gb", 2)]
    [InlineData("amd.com/gpu", 8)]
    public async Task A_card_goes_by_the_name_that_it_has(string resource, int count)
    {
        var rendering = await Helm.RenderAsync("ci/default", "--set-string", $"pools.gpu.gpu.resource={resource}", "--set", $"pools.gpu.gpu.count={count}");

        var resources = rendering.One<V1StatefulSet>("-gpu").Spec.Template.Spec.Containers[0].Resources;
        Assert.Equal($"{count}", resources.Limits[resource].ToString());
        Assert.Equal("16Gi", resources.Limits["memory"].ToString());
    }

    [Fact]
    public async Task Pools_go_where_they_are_told()
    {
        var pod = (await Helm.RenderAsync("examples/three-pools")).One<V1StatefulSet>("-sample").Spec.Template.Spec;

        Assert.Equal("nvidia", pod.RuntimeClassName);
        Assert.Equal("NVIDIA-H100-80GB-HBM3", pod.NodeSelector["nvidia.com/gpu.product"]);
        Assert.Equal("nvidia.com/gpu", Assert.Single(pod.Tolerations).Key);
        Assert.EndsWith("-cuda", pod.Containers[0].Image);
        Assert.EndsWith("-cpu", (await Helm.RenderAsync("examples/three-pools")).One<V1StatefulSet>("-encode").Spec.Template.Spec.Containers[0].Image);
    }

    // A zero is something said, too.
    [Fact]
    public async Task A_pool_can_be_scaled_to_nothing()
    {
        var rendering = await Helm.RenderAsync("ci/default", "--set", "pools.more.replicas=0", "--set", "pools.more.backend=cpu");

        Assert.Equal(0, rendering.One<V1StatefulSet>("-more").Spec.Replicas);
    }

    [Fact]
    public async Task A_new_chart_version_alone_restarts_nothing()
    {
        var rendering = await Helm.RenderAsync("ci/default");

        Assert.All(rendering.Pods().Where(p => !p.Owner.EndsWith("-test", StringComparison.Ordinal)), p =>
        {
            Assert.DoesNotContain("helm.sh/chart", p.Pod.Metadata.Labels.Keys);
            Assert.DoesNotContain("app.kubernetes.io/version", p.Pod.Metadata.Labels.Keys);
        });
    }

    [Theory]
    [InlineData("gateway.settings", "ClipGen:Api:MaxBodyBytes=10485760", "-gateway", "CLIPGEN__Api__MaxBodyBytes", "10485760")]
    [InlineData("settings", "ClipGen:Generations:RemoveImages=true", "-gateway", "CLIPGEN__Generations__RemoveImages", "true")]
    [InlineData("settings", "ClipGen:Cluster:ProbeTimeout=00:00:05", "-gpu", "CLIPGEN__Cluster__ProbeTimeout", "00:00:05")]
    [InlineData("silo.settings", "ClipGen:Engine:GroupSize=16", "-gpu", "CLIPGEN__Engine__GroupSize", "16")]
    [InlineData("pools.gpu.settings", "ClipGen:Devices:CheckEvery=00:05:00", "-gpu", "CLIPGEN__Devices__CheckEvery", "00:05:00")]
    public async Task Settings_become_variables(string where, string setting, string owner, string variable, string value)
    {
        var rendering = await Helm.RenderAsync("ci/default", "--set", $"{where}.{setting}");

        var container = rendering.Silos().Single(s => s.Owner.EndsWith(owner, StringComparison.Ordinal)).Container;
        Assert.Equal(value, Assert.Single(container.Env, e => e.Name == variable).Value);
    }

    [Fact]
    public async Task A_sleep_before_the_end_needs_a_Kubernetes_that_has_it()
    {
        Assert.NotNull((await Helm.RenderAsync("ci/default")).One<V1Deployment>("-gateway").Spec.Template.Spec.Containers[0].Lifecycle);
        Assert.Null((await Helm.RenderAsync("ci/default", "--kube-version", "1.29.4")).One<V1Deployment>("-gateway").Spec.Template.Spec.Containers[0].Lifecycle);
    }

    [Fact]
    public async Task Queues_decide_how_many_silos_there_are()
    {
        var scaled = Assert.Single((await Helm.RenderAsync("ci/full")).All<ScaledObject>());

        Assert.Equal(("StatefulSet", "draw-gpu", 2, 12), (scaled.Spec.ScaleTargetRef.Kind, scaled.Spec.ScaleTargetRef.Name, scaled.Spec.MinReplicaCount, scaled.Spec.MaxReplicaCount));
        var trigger = Assert.Single(scaled.Spec.Triggers);
        Assert.Equal(("prometheus", "http://prometheus.monitoring:9090"), (trigger.Type, trigger.Metadata["serverAddress"]));
        Assert.Equal("sum(clipgen_queue_depth{namespace=\"pictures\"})", trigger.Metadata["query"]);
    }

    private static IEnumerable<string> Cards(V1PodTemplateSpec pod) => pod.Spec.Containers.SelectMany(c => c.Resources.Limits?.Keys ?? []).Where(k => k.Contains('/', StringComparison.Ordinal));
}
