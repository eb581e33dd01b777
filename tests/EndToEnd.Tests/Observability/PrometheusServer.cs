using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>A real Prometheus with a folder and a port of its own, which scrapes every second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly string? Program = Parts.Find("prometheus");

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly HttpClient _client;

    private PrometheusServer(IEnumerable<Uri> targets, string rules)
    {
        int port = Ports.Free();
        File.WriteAllText(_folder["rules.yml"], File.ReadAllText(rules).Replace("interval: 15s", "interval: 1s", StringComparison.Ordinal));
        File.WriteAllText(_folder["prometheus.yml"], $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [rules.yml]
            scrape_configs:
              - job_name: clipgen
                static_configs: [{ targets: [{{string.Join(", ", targets.Select(target => $"'{target.Authority}'"))}}] }]
            """);
        string[] arguments = [$"--config.file={_folder["prometheus.yml"]}", $"--storage.tsdb.path={_folder["data"]}", $"--web.listen-address=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "--log.level=error"];
        _process = Process.Start(new ProcessStartInfo(Program!, arguments) { RedirectStandardError = true })!;
        _ = _process.StandardError.ReadToEndAsync();
        _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public static bool IsThere => Program is not null;

    public static async Task<PrometheusServer> StartAsync(IEnumerable<Uri> targets, string rules)
    {
        var server = new PrometheusServer(targets, rules);
        while (!await server.IsReadyAsync()) await Task.Delay(50, TestContext.Current.CancellationToken);
        return server;
    }

    /// <returns>The answer's series.</returns>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string query)
    {
        var answer = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");
        Assert.True(answer.GetProperty("status").GetString() == "success", $"{query}: {answer}");
        return [.. answer.GetProperty("data").GetProperty("result").EnumerateArray()];
    }

    /// <summary>Names of all series there are.</summary>
    public async Task<HashSet<string>> NamesAsync() => [.. (await GetAsync("/api/v1/label/__name__/values")).GetProperty("data").EnumerateArray().Select(name => name.GetString()!)];

    /// <summary>The loaded rules: kind, name, query and health.</summary>
    public async Task<List<(string Kind, string Name, string Query, string Health)>> RulesAsync() =>
    [
        .. from rules in (await GetAsync("/api/v1/rules")).GetProperty("data").GetProperty("groups").EnumerateArray()
           from rule in rules.GetProperty("rules").EnumerateArray()
           select (rule.GetProperty("type").GetString()!, rule.GetProperty("name").GetString()!, rule.GetProperty("query").GetString()!, rule.GetProperty("health").GetString()!),
    ];

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException("prometheus did not start.");
        try
        {
            using var response = await _client.GetAsync(new Uri("/-/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
