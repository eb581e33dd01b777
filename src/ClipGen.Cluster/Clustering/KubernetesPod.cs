using System.Net;

namespace ClipGen.Cluster.Clustering;

/// <summary>The pod this process runs in, as the downward API tells it.</summary>
internal sealed record KubernetesPod(string Name, IPAddress? Address)
{
    /// <summary>Null outside Kubernetes.</summary>
    public static KubernetesPod? Current => Find(Environment.GetEnvironmentVariable);

    public static KubernetesPod? Find(Func<string, string?> variable) =>
        string.IsNullOrEmpty(variable("KUBERNETES_SERVICE_HOST")) || variable("POD_NAME") is not { Length: > 0 } name
            ? null
            : new(name, IPAddress.TryParse(variable("POD_IP"), out var address) ? address : null);
}
