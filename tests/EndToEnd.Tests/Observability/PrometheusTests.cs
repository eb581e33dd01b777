using System.Diagnostics;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>Every query of every dashboard and rule, asked of a real Prometheus that scrapes a cluster under a little load.</summary>
public sealed class PrometheusTests(ObservedCluster cluster) : IClassFixture<ObservedCluster>
{
    /// <summary>Series that need what a test machine may lack, by how their names begin.</summary>
    private const string OfGpus = "hw_gpu_";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Every_query_has_an_answer()
    {
        cluster.Require();
        Parts.Require(PrometheusServer.IsThere, "prometheus");
        await using var prometheus = await PrometheusServer.StartAsync(cluster.Addresses, Dashboards.Rules);
        await LoadAsync();

        var rules = await prometheus.RulesAsync();
        var queries = Dashboards.Queries()
            .Concat(rules.Where(rule => rule.Kind == "recording").Select(rule => (rule.Name, rule.Query)))
            .Where(query => !query.Item2.Contains(OfGpus, StringComparison.Ordinal)).ToList();
        long began = Stopwatch.GetTimestamp();
        var open = queries;
        while (open.Count > 0 && Stopwatch.GetElapsedTime(began) < Patience)
        {
            var empty = new List<(string, string)>();
            foreach (var query in open) if ((await prometheus.QueryAsync(query.Item2)).Count == 0) empty.Add(query);
            open = empty;
            if (open.Count > 0) await LoadAsync();
        }
        var names = await prometheus.NamesAsync();
        // What no alert finds now must at least be a series.
        string[] unknown = [.. queries.Select(query => query.Item2).Concat(rules.Select(rule => rule.Query)).SelectMany(Dashboards.Series).Distinct().Where(name => !names.Contains(name)).Order(StringComparer.Ordinal)];

        Assert.True(unknown.Length == 0, $"No such series: {string.Join(", ", unknown)}. There are: {string.Join(", ", names.Where(n => !n.EndsWith("_bucket", StringComparison.Ordinal)).Order(StringComparer.Ordinal))}");
        Assert.True(open.Count == 0, $"No answer: {string.Join("\n", open)}");
        Assert.All(await prometheus.RulesAsync(), rule => Assert.Equal("ok", rule.Health));
        Assert.True(queries.Count > 50, $"{queries.Count} queries");
    }

    private async Task LoadAsync()
    {
        await Task.WhenAll(cluster.DrawAsync("sim", 4), cluster.DrawAsync("noise", 1), cluster.SubmitAsync("noise", 1, previews: 2));
        await cluster.CancelAsync(await cluster.SubmitAsync("sim", 16, previews: 0));
        await Task.Delay(1000, TestContext.Current.CancellationToken);   // between two scrapes
    }
}
