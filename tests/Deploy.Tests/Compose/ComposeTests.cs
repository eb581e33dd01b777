using System.Globalization;
using ClipGen.Cluster.Clustering;
using ClipGen.Gateway.Auth;

namespace ClipGen.Deploy.Tests.Compose;

/// <summary>The compose file names only what is there, and tells the executables what they understand.</summary>
public sealed class ComposeTests
{
    private static readonly ComposeFile File = ComposeFile.Load();

    public static TheoryData<string> Services => new(File.Services.Keys);

    public static TheoryData<string> Silos => new("gateway", "silo", "silo-gpu");

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_names_only_what_is_there(string name)
    {
        var service = File.Services[name];

        Assert.All(ComposeService.Names(service.DependsOn), other => Assert.Contains(other, File.Services.Keys));
        Assert.All(ComposeService.Names(service.Networks), network => Assert.Contains(network, File.Networks.Keys));
        Assert.Equal(service.NetworkMode is null, ComposeService.Names(service.Networks).Any());
        Assert.All(service.Volumes, volume =>
        {
            string[] parts = volume.Split(':');
            Assert.InRange(parts.Length, 2, 3);
            if (parts[0].StartsWith("./", StringComparison.Ordinal)) Assert.True(Path.Exists(Path.Combine(ComposeFile.Folder, parts[0])), $"{parts[0]} is missing.");
            else if (!parts[0].StartsWith("../", StringComparison.Ordinal)) Assert.Contains(parts[0], File.Volumes.Keys);
            if (parts.Length == 3) Assert.Equal("ro", parts[2]);
        });
        Assert.Matches(":v?[0-9][A-Za-z0-9.-]*$", service.Image);
        if (service.Build is { } build)
        {
            string context = Path.GetFullPath(Path.Combine(ComposeFile.Folder, build.Context));
            Assert.True(Directory.Exists(context), $"{context} is missing.");
            Assert.True(System.IO.File.Exists(Path.Combine(context, build.Dockerfile)), $"{build.Dockerfile} is missing.");
            string dockerfile = System.IO.File.ReadAllText(Path.Combine(context, build.Dockerfile));
            Assert.All(build.Args.Keys, arg => Assert.Contains($"ARG {arg}", dockerfile));
        }
    }

    [Fact]
    public void Every_volume_and_network_is_used()
    {
        Assert.Equal(File.Volumes.Keys.Order(), File.Services.Values.SelectMany(s => s.Volumes).Select(v => v.Split(':')[0]).Where(v => !v.StartsWith('.')).Distinct().Order());
        Assert.Equal(File.Networks.Keys.Order(), File.Services.Values.SelectMany(s => ComposeService.Names(s.Networks)).Distinct().Order());
    }

    [Fact]
    public void Nobody_from_elsewhere_is_let_in()
    {
        Assert.All(File.Services.Values.SelectMany(s => s.Ports), port => Assert.StartsWith("127.0.0.1:", port));
        var ports = File.Services.Values.SelectMany(s => s.Ports).Select(p => p.Split(':')[1]).ToList();
        Assert.Equal(ports.Distinct(), ports);
        Assert.Empty(File.Services["redis"].Ports);
        Assert.Equal(["cluster"], ComposeService.Names(File.Services["redis"].Networks));
    }

    [Theory]
    [MemberData(nameof(Silos))]
    public void Silos_are_told_what_they_understand(string name)
    {
        var service = File.Services[name];
        var settings = Settings.Read(service.Environment);

        Settings.AssertKnown(settings, name);
        Assert.Equal("redis://redis:6379", ClusterOptions.From(settings).Connection);
        Assert.Contains("redis", ComposeService.Names(service.DependsOn));
        Assert.Equal("http://otel-collector:4317", service.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.True(TimeSpan.FromSeconds(int.Parse(service.StopGracePeriod!.TrimEnd('s'), CultureInfo.InvariantCulture)) >= ClusterOptions.From(settings).ShutdownGrace + TimeSpan.FromSeconds(10));
        Assert.True(service.ReadOnly);
        Assert.Equal("/tmp", service.Tmpfs);
        Assert.Equal(["ALL"], service.CapDrop);
        // The one thing that is written besides: the data folder.
        Assert.Single(service.Volumes, v => v.EndsWith(":/data", StringComparison.Ordinal));
    }

    [Fact]
    public void The_gateway_lets_this_machine_in_without_keys() => Assert.True(AuthOptions.From(Settings.Read(File.Services["gateway"].Environment)).AllowAnonymous);

    // COMPOSE_PROFILES in .env is what is taken when nothing is said.
    [Fact]
    public void One_silo_runs_whichever_the_profile()
    {
        Assert.Contains("COMPOSE_PROFILES=cpu", System.IO.File.ReadAllText(Path.Combine(ComposeFile.Folder, ".env")));
        Assert.Equal(["silo: cpu", "silo-gpu: gpu"], File.Services.Where(s => s.Value.Profiles.Count > 0).Select(s => $"{s.Key}: {string.Join(',', s.Value.Profiles)}"));
    }

    [Fact]
    public void The_collector_hands_on_what_it_takes()
    {
        var collector = ComposeFile.Read<Dictionary<string, object>>(Path.Combine(ComposeFile.Folder, "otel-collector.yaml"));
        IEnumerable<string> Defined(string kind) => ComposeService.Names(collector[kind]);
        var pipelines = Map(Map(collector["service"])["pipelines"]);

        Assert.Equal(["logs", "metrics", "traces"], pipelines.Keys.Cast<string>().Order());
        foreach (var pipeline in pipelines.Values.Select(Map))
        {
            foreach (var (kind, names) in pipeline) Assert.All(ComposeService.Names(names), name => Assert.Contains(name, Defined((string)kind)));
        }
        string endpoint = (string)Map(Map(collector["exporters"])["otlp/jaeger"])["endpoint"];
        Assert.Contains(endpoint.Split(':')[0], File.Services.Keys);
    }

    [Fact]
    public void Grafana_asks_services_that_are_there()
    {
        var file = ComposeFile.Read<Dictionary<string, object>>(Path.Combine(ComposeFile.Folder, "grafana", "datasources", "clipgen.yaml"));
        var urls = ((IEnumerable<object>)file["datasources"]).Select(d => new Uri((string)Map(d)["url"]));

        Assert.All(urls, url =>
        {
            Assert.Contains(url.Host, File.Services.Keys);
            Assert.Contains($"127.0.0.1:{url.Port}:{url.Port}", File.Services[url.Host].Ports);
        });
        Assert.Contains("path: /dashboards", System.IO.File.ReadAllText(Path.Combine(ComposeFile.Folder, "grafana", "dashboards", "clipgen.yaml")));
        Assert.Contains("../grafana:/dashboards:ro", File.Services["grafana"].Volumes);
    }

    // The scrape configuration is Prometheus' own, in deploy/prometheus.
    [Fact]
    public void Prometheus_scrapes_services_that_are_there()
    {
        string path = Path.Combine(Repository.Root, "deploy", "prometheus", "prometheus.yml");
        Assert.SkipUnless(System.IO.File.Exists(path), "deploy/prometheus/prometheus.yml is missing.");
        var config = ComposeFile.Read<Dictionary<string, object>>(path);
        var targets = from job in (IEnumerable<object>)config["scrape_configs"]
                      from list in (IEnumerable<object>)Map(job)["static_configs"]
                      from target in (IEnumerable<object>)Map(list)["targets"]
                      select (string)target;

        Assert.All(targets, target =>
        {
            Assert.EndsWith(":8080", target);
            Assert.Contains(target.Split(':')[0], File.Services.Keys);
            Assert.Contains("telemetry", ComposeService.Names(File.Services[target.Split(':')[0]].Networks));
        });
    }

    private static IDictionary<object, object> Map(object node) => (IDictionary<object, object>)node;
}
