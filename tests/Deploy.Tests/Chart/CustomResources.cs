using k8s;
using k8s.Models;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>The fields that the chart uses of types that are not Kubernetes' own; any other field throws when it is read.</summary>
internal static class CustomResources
{
    public static Dictionary<string, Type> Types { get; } = new()
    {
        ["keda.sh/v1alpha1/ScaledObject"] = typeof(ScaledObject),
        ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(PrometheusRule),
        ["gateway.networking.k8s.io/v1/HTTPRoute"] = typeof(HttpRoute),
        ["cert-manager.io/v1/Issuer"] = typeof(Issuer),
        ["cert-manager.io/v1/Certificate"] = typeof(Certificate),
    };
}

internal abstract class CustomResource<TSpec> : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public V1ObjectMeta Metadata { get; set; } = new();
    public TSpec Spec { get; set; } = default!;
}

internal sealed class ScaledObject : CustomResource<ScaledObjectSpec>;

internal sealed class ScaledObjectSpec
{
    public V2CrossVersionObjectReference ScaleTargetRef { get; set; } = new();
    public int PollingInterval { get; set; }
    public int CooldownPeriod { get; set; }
    public int MinReplicaCount { get; set; }
    public int MaxReplicaCount { get; set; }
    public List<ScaledObjectTrigger> Triggers { get; set; } = [];
}

internal sealed class ScaledObjectTrigger
{
    public string Type { get; set; } = "";
    public Dictionary<string, string> Metadata { get; set; } = [];
}

internal sealed class ServiceMonitor : CustomResource<ServiceMonitorSpec>;

internal sealed class ServiceMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();
    public List<ServiceMonitorEndpoint> Endpoints { get; set; } = [];
}

internal sealed class ServiceMonitorEndpoint
{
    public string Port { get; set; } = "";
    public string Path { get; set; } = "";
    public string Interval { get; set; } = "";
    public List<Relabeling> Relabelings { get; set; } = [];
}

internal sealed class Relabeling
{
    public string TargetLabel { get; set; } = "";
    public string Replacement { get; set; } = "";
}

internal sealed class PrometheusRule : CustomResource<PrometheusRuleSpec>;

internal sealed class PrometheusRuleSpec
{
    public List<RuleGroup> Groups { get; set; } = [];
}

internal sealed class RuleGroup
{
    public string Name { get; set; } = "";
    public string? Interval { get; set; }
    public List<Rule> Rules { get; set; } = [];
}

internal sealed class Rule
{
    public string? Record { get; set; }
    public string? Alert { get; set; }
    public string Expr { get; set; } = "";
    public string? For { get; set; }
    [YamlDotNet.Serialization.YamlMember(Alias = "keep_firing_for", ApplyNamingConventions = false)]
    public string? KeepFiringFor { get; set; }
    public Dictionary<string, string> Labels { get; set; } = [];
    public Dictionary<string, string> Annotations { get; set; } = [];
}

internal sealed class HttpRoute : CustomResource<HttpRouteSpec>;

internal sealed class HttpRouteSpec
{
    public List<HttpRouteParent> ParentRefs { get; set; } = [];
    public List<string> Hostnames { get; set; } = [];
    public List<HttpRouteRule> Rules { get; set; } = [];
}

internal sealed class HttpRouteParent
{
    public string Name { get; set; } = "";
    public string? Namespace { get; set; }
}

internal sealed class HttpRouteRule
{
    public List<HttpRouteMatch> Matches { get; set; } = [];
    public List<HttpRouteBackend> BackendRefs { get; set; } = [];
}

internal sealed class HttpRouteMatch
{
    public HttpRoutePath Path { get; set; } = new();
}

internal sealed class HttpRoutePath
{
    public string Type { get; set; } = "";
    public string Value { get; set; } = "";
}

internal sealed class HttpRouteBackend
{
    public string Name { get; set; } = "";
    public int Port { get; set; }
}
