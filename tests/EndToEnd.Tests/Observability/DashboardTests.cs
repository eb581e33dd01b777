using System.Diagnostics;
using System.Text.Json;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>What Grafana and Prometheus would refuse, or show wrongly, can be seen in the files.</summary>
public sealed class DashboardTests
{
    public static TheoryData<string> Files => new(Dashboards.Files.Select(file => Path.GetFileName(file)!));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_is_one_that_grafana_takes(string file)
    {
        var dashboard = JsonElement.Parse(File.ReadAllText(Dashboards.Files.Single(path => Path.GetFileName(path) == file)));

        Assert.Equal(Path.GetFileNameWithoutExtension(file), dashboard.GetProperty("uid").GetString());
        Assert.NotEmpty(dashboard.GetProperty("title").GetString()!);
        Assert.InRange(dashboard.GetProperty("schemaVersion").GetInt32(), 36, 100);
        var variables = dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().ToDictionary(v => v.GetProperty("name").GetString()!, v => v.GetProperty("type").GetString());
        Assert.Equal("datasource", variables["datasource"]);
        var ids = dashboard.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32()).ToList();
        Assert.Equal(ids.Distinct(), ids);
        Assert.NotEmpty(Dashboards.Panels(dashboard));
        foreach (var panel in Dashboards.Panels(dashboard))
        {
            string title = panel.GetProperty("title").GetString()!;
            Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            Assert.NotEmpty(panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!);
            var place = panel.GetProperty("gridPos");
            Assert.True(place.GetProperty("x").GetInt32() + place.GetProperty("w").GetInt32() <= 24, title);
            var targets = panel.GetProperty("targets").EnumerateArray().ToList();
            Assert.True(targets.Count > 0, title);
            Assert.Equal(targets.Count, targets.Select(t => t.GetProperty("refId").GetString()).Distinct().Count());
            Assert.All(targets, t => Assert.All(
                System.Text.RegularExpressions.Regex.Matches(t.GetProperty("expr").GetString()!, @"\$(?!__)(\w+)").Select(m => m.Groups[1].Value), name => Assert.True(variables.ContainsKey(name), $"{title}: ${name}")));
        }
    }

    [Fact]
    public void No_two_panels_of_a_dashboard_lie_over_each_other() => Assert.All(Dashboards.Files, file =>
    {
        var taken = new HashSet<(int, int)>();
        foreach (var panel in JsonElement.Parse(File.ReadAllText(file)).GetProperty("panels").EnumerateArray())
        {
            int Of(string name) => panel.GetProperty("gridPos").GetProperty(name).GetInt32();
            for (int x = Of("x"); x < Of("x") + Of("w"); x++)
            {
                for (int y = Of("y"); y < Of("y") + Of("h"); y++) Assert.True(taken.Add((x, y)), $"{Path.GetFileName(file)}: {panel.GetProperty("title").GetString()}");
            }
        }
    });

    [Theory]
    [InlineData("check rules clipgen.rules.yml")]
    [InlineData("check config prometheus.yml")]
    [InlineData("test rules clipgen.rules.test.yml")]
    public async Task Promtool_is_content(string command)
    {
        Parts.Require(PrometheusServer.IsThere, "prometheus");
        using var promtool = Process.Start(new ProcessStartInfo("promtool", command.Split(' ')) { WorkingDirectory = Path.GetDirectoryName(Dashboards.Rules), RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(promtool.ExitCode == 0, $"{await output}\n{errors}");
    }

    [Fact]
    public void Names_of_series_are_found_in_queries() => Assert.Equal(
        ["a_total", "clipgen:b:c", "up"],
        Dashboards.Series("""histogram_quantile(0.95, sum by (le, x) (rate(a_total{k=~".*", reason="y"}[5m]))) / on (z) clipgen:b:c and up{job="clipgen"} > 1e3""").Order(StringComparer.Ordinal));
}
