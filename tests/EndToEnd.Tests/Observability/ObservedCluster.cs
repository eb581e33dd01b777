using System.Text;
using System.Text.Json;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>
/// A gateway and two silos with devices, three processes that send what they do to one OTLP receiver, the one over gRPC, the other over
/// http/protobuf, and answer <c>/metrics</c>. The first silo has a real device beside its simulated one.
/// </summary>
public sealed class ObservedCluster(RandomModel noise) : IAsyncLifetime
{
    private readonly ClusterOfProcesses _processes = new();
    private HttpClient _client = null!;

    internal OtlpReceiver Receiver { get; private set; } = null!;

    /// <summary>Where the processes answer HTTP; the gateway first.</summary>
    internal IReadOnlyList<Uri> Addresses { get; private set; } = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _processes.InitializeAsync();
        if (!ClusterOfProcesses.HasRedis) return;
        Receiver = await OtlpReceiver.StartAsync();
        File.WriteAllText(Path.Combine(_processes.Folder, "appsettings.json"), """{"Logging":{"LogLevel":{"ClipGen":"Debug"}}}""");
        var silos = await Task.WhenAll(
            _processes.StartAsync("gateway-0", 0, "/health/live", Environment(OtlpReceiver.Grpc), ["--roles", "gateway"]),
            _processes.StartAsync("gpu-0", 0, "/health/ready", Environment(OtlpReceiver.Http), ["--roles", "gpu", "--devices", "sim:1,cpu", "--models", noise.Path, "--slots", "8", "--threads", "1"]),
            _processes.StartAsync("gpu-1", 0, "/health/ready", Environment(OtlpReceiver.Grpc), ["--roles", "gpu", "--devices", "sim:1", "--slots", "8"]));
        Addresses = [.. silos.Select(silo => silo.Address)];
        _client = new() { BaseAddress = Addresses[0] };
        // The gateway hears of a device within a second or two of its being ready.
        while (await DevicesAsync() < 3) await Task.Delay(200, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _processes.DisposeAsync();
        if (Receiver is not null) await Receiver.DisposeAsync();
    }

    /// <summary>Skips the test, by name, where there is no redis-server.</summary>
    internal void Require() => _processes.Connection();

    /// <summary>Has images drawn and waits for them.</summary>
    /// <param name="traceParent">The span that it is done within.</param>
    internal async Task DrawAsync(string model, int candidates, string? traceParent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations")
        {
            Content = Json($$"""{"model":"{{model}}","prompt":"a small blue square","n":1,"candidates":{{candidates}}}"""),
        };
        if (traceParent is not null) request.Headers.Add("traceparent", traceParent);
        using var response = await _client.SendAsync(request, Stop);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Stop));
    }

    /// <summary>Has a generation accepted; with previews, its events are followed to the end.</summary>
    internal async Task<string> SubmitAsync(string model, int candidates, int previews)
    {
        using var accepted = await _client.PostAsync(new Uri("/v1/generations", UriKind.Relative), Json($$"""{"model":"{{model}}","prompt":"a ring","candidates":{{candidates}},"partial_images":{{previews}}}"""), Stop);
        string body = await accepted.Content.ReadAsStringAsync(Stop);
        Assert.True(accepted.IsSuccessStatusCode, body);
        string id = JsonElement.Parse(body).GetProperty("id").GetString()!;
        if (previews > 0) await _client.GetStringAsync(new Uri($"/v1/generations/{id}/events", UriKind.Relative), Stop);
        return id;
    }

    internal async Task CancelAsync(string id) => (await _client.DeleteAsync(new Uri($"/v1/generations/{id}", UriKind.Relative), Stop)).Dispose();

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<int> DevicesAsync()
    {
        string cluster = await _client.GetStringAsync(new Uri("/v1/cluster", UriKind.Relative), Stop);
        return JsonElement.Parse(cluster).GetProperty("devices").GetArrayLength();
    }

    private Dictionary<string, string> Environment(string protocol) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == OtlpReceiver.Grpc ? Receiver.GrpcEndpoint : Receiver.HttpEndpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        // A busy machine must not pass for a dead silo: that is another test's subject.
        ["CLIPGEN__Cluster__ProbeTimeout"] = "00:00:20",
        ["CLIPGEN__Cluster__MaxProbeTimeout"] = "00:00:20",
        ["CLIPGEN__Cluster__NumMissedProbesLimit"] = "10",
        ["CLIPGEN__Simulation__StepTime"] = "0.005",
        ["CLIPGEN__Simulation__CodesPerImage"] = "64",
        ["CLIPGEN__Telemetry__BatchStepEvery"] = "8",
    };
}
