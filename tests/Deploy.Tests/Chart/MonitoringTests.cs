using System.Text.Json;
using k8s.Models;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>Dashboards and alerts reach the cluster as they are.</summary>
public sealed class MonitoringTests
{
    private static readonly string Files = Path.Combine(Helm.ChartFolder, "files");

    [Fact]
    public async Task Every_dashboard_is_a_ConfigMap_that_Grafana_finds()
    {
        var rendering = await Helm.RenderAsync("ci/full");
        var maps = rendering.All<V1ConfigMap>().Where(m => m.Metadata.Labels.ContainsKey("grafana_dashboard")).SelectMany(m => m.Data).OrderBy(d => d.Key, StringComparer.Ordinal).ToList();
        var files = Of("dashboards", "*.json");

        Assert.Equal(files.Select(Path.GetFileName), maps.Select(m => m.Key));
        Assert.All(files.Zip(maps), pair =>
        {
            using var original = JsonDocument.Parse(File.ReadAllText(pair.First));
            using var rendered = JsonDocument.Parse(pair.Second.Value);
            Assert.True(JsonElement.DeepEquals(original.RootElement, rendered.RootElement), pair.First);
        });
    }

    [Fact]
    public async Task Every_rule_is_there()
    {
        var rendering = await Helm.RenderAsync("ci/full");
        var rendered = rendering.All<PrometheusRule>().SelectMany(r => r.Spec.Groups).ToList();
        var originals = Of("rules", "*.rules.yml").SelectMany(f => Compose.ComposeFile.Read<Dictionary<string, List<Dictionary<string, object>>>>(f)["groups"]).ToList();

        Assert.Equal(originals.Select(g => g["name"]), rendered.Select(g => g.Name));
        Assert.Equal(originals.Select(g => ((IEnumerable<object>)g["rules"]).Count()), rendered.Select(g => g.Rules.Count));
        Assert.All(rendering.All<PrometheusRule>(), r => Assert.Equal("prometheus", r.Metadata.Labels["release"]));
    }

    [Fact]
    public async Task Processes_are_scraped_under_the_name_that_the_alerts_know()
    {
        var endpoint = Assert.Single(Assert.Single((await Helm.RenderAsync("ci/full")).All<ServiceMonitor>()).Spec.Endpoints);

        Assert.Equal(("http", "/metrics"), (endpoint.Port, endpoint.Path));
        Assert.Equal(("job", "clipgen"), (Assert.Single(endpoint.Relabelings).TargetLabel, endpoint.Relabelings[0].Replacement));
    }

    // What an alert says to do is in one place, under the alert's name.
    [Fact]
    public void Every_alert_has_a_runbook()
    {
        string runbooks = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "docs", "runbooks.md"));
        var alerts = Of("rules", "*.rules.yml")
            .SelectMany(f => Compose.ComposeFile.Read<Dictionary<string, List<Dictionary<string, object>>>>(f)["groups"])
            .SelectMany(g => (IEnumerable<object>)g["rules"])
            .Select(r => ((IDictionary<object, object>)r).TryGetValue("alert", out object? name) ? (string)name : null)
            .OfType<string>();

        Assert.All(alerts, alert => Assert.Contains($"## {alert}\n", runbooks));
    }

    private static string[] Of(string folder, string pattern)
    {
        string path = Path.Combine(Files, folder);
        return Directory.Exists(path) ? [.. Directory.GetFiles(path, pattern).Order(StringComparer.Ordinal)] : [];
    }
}
