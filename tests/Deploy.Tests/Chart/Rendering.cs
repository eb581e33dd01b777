using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>What Helm rendered, read strictly: an unknown field, a wrong type or an API version that Kubernetes no longer has throws.</summary>
internal sealed class Rendering(string text)
{
    private List<object>? _objects;

    public string Text => text;

    public IReadOnlyList<object> Objects => _objects ??= KubernetesYaml.LoadAllFromString(text, CustomResources.Types, strict: true);

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    /// <summary>The object of that kind whose name ends so.</summary>
    public T One<T>(string nameEnd) where T : IKubernetesObject<V1ObjectMeta> => Assert.Single(All<T>(), o => o.Metadata.Name.EndsWith(nameEnd, StringComparison.Ordinal));

    /// <summary>The same as trees, in which one sees what was quoted.</summary>
    public IEnumerable<YamlMappingNode> Documents()
    {
        var stream = new YamlStream();
        using var reader = new StringReader(text);
        stream.Load(reader);
        return stream.Documents.Select(d => (YamlMappingNode)d.RootNode);
    }

    /// <summary>Everything that runs, with where it comes from.</summary>
    public IEnumerable<(string Owner, V1PodTemplateSpec Pod)> Pods() =>
        All<V1Deployment>().Select(d => (d.Metadata.Name, d.Spec.Template))
        .Concat(All<V1StatefulSet>().Select(s => (s.Metadata.Name, s.Spec.Template)))
        .Concat(All<V1Pod>().Select(p => (p.Metadata.Name, new V1PodTemplateSpec { Metadata = p.Metadata, Spec = p.Spec })));

    public IEnumerable<(string Owner, V1Container Container)> Containers() =>
        from pod in Pods()
        from container in (pod.Pod.Spec.InitContainers ?? []).Concat(pod.Pod.Spec.Containers)
        select (pod.Owner, container);

    /// <summary>Gateways and silos: what runs our executables.</summary>
    public IEnumerable<(string Owner, V1PodTemplateSpec Pod, V1Container Container)> Silos() =>
        from pod in Pods()
        let container = pod.Pod.Spec.Containers[0]
        where container.Name is "gateway" or "silo"
        select (pod.Owner, pod.Pod, container);
}
