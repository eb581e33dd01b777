using k8s.Models;
using Microsoft.Extensions.Configuration;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>A container's configuration as Kubernetes and <see cref="Cluster.Hosting.EnvironmentSettings"/> make it, with Secrets' files in a folder of its own.</summary>
internal sealed class PodConfiguration : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-deploy-").FullName;

    public IConfiguration Of(Rendering rendering, V1PodTemplateSpec pod, V1Container container)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var secret in (container.EnvFrom ?? []).Select(e => e.SecretRef.Name))
        {
            // A Secret that is there already is made as the README says.
            var data = rendering.All<V1Secret>().SingleOrDefault(s => s.Metadata.Name == secret)?.StringData
                ?? new Dictionary<string, string> { ["CLIPGEN__Auth__Keys__0__Sha256"] = new('a', 64), ["CLIPGEN__Auth__Keys__0__Tenant"] = "studio" };
            foreach (var (key, value) in data) variables[key] = value;
        }
        foreach (var variable in container.Env)
        {
            string value = variable.Value ?? variable.ValueFrom?.SecretKeyRef?.Key switch
            {
                null => "",
                "url" => "rediss://:secret@redis.example.com:6380",
                "connectionString" => "UseDevelopmentStorage=true",
                _ => "secret",
            };
            foreach (var (name, known) in variables) value = value.Replace($"$({name})", known, StringComparison.Ordinal);
            variables[variable.Name] = value;
        }
        foreach (var (mounted, folder) in Secrets(rendering, pod, container, variables.GetValueOrDefault("CLIPGEN__Cluster__Tls__Name", "")))
        {
            foreach (string name in variables.Keys.Where(n => variables[n].StartsWith($"{mounted}/", StringComparison.Ordinal)).ToList()) variables[name] = folder + variables[name][mounted.Length..];
        }
        return Settings.Read(variables);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Where the container has Secrets, and where they are here.</summary>
    private Dictionary<string, string> Secrets(Rendering rendering, V1PodTemplateSpec pod, V1Container container, string dnsName)
    {
        var mounted = from volume in pod.Spec.Volumes ?? []
                      where volume.Secret is not null
                      from mount in container.VolumeMounts
                      where mount.Name == volume.Name
                      select (mount.MountPath, volume.Secret);
        // All of them are TLS's: what is somebody else's is as it should be.
        var issued = new Lazy<Dictionary<string, string>>(() => CertManager.Issue(new() { DnsNames = { dnsName } }));
        return mounted.ToDictionary(m => m.MountPath, m => Write(m.Secret, rendering.All<Certificate>().SingleOrDefault(c => c.Spec.SecretName == m.Secret.SecretName) is { } wanted ? CertManager.Issue(wanted.Spec) : issued.Value));
    }

    /// <summary>As the kubelet does, by which the files are exchanged at once: links to a link to a folder.</summary>
    private string Write(V1SecretVolumeSource volume, Dictionary<string, string> data)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "..first"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), "..first");
        foreach (var item in volume.Items)
        {
            File.WriteAllText(Path.Combine(folder, "..first", item.Path), data[item.Key]);
            File.CreateSymbolicLink(Path.Combine(folder, item.Path), Path.Combine("..data", item.Path));
        }
        return folder;
    }
}
