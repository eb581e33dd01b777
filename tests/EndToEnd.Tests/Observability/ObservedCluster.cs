using System.Text;
using System.Text.Json;
using ClipGen.Client;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>
/// A gateway and two silos with devices, three processes that send what they do to one OTLP receiver, the one over gRPC, the other over
/// http/protobuf, and answer <c>/metrics</c>. The first silo has a real device beside its simulated one; images go to a real Azurite.
/// </summary>
public sealed class ObservedCluster(RandomModel noise) : IAsyncLifetime
{
    private readonly ClusterOfProcesses _processes = new();
    private readonly AzuriteServer _azurite = new();
    private HttpClient _client = null!;

    internal OtlpReceiver Receiver { get; private set; } = null!;

    /// <summary>Where the processes answer HTTP; the gateway first.</summary>
    internal IReadOnlyList<Uri> Addresses { get; private set; } = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (!ClusterOfProcesses.HasRedis || !AzuriteServer.IsThere) return;
        await Task.WhenAll(_processes.InitializeAsync().AsTask(), _azurite.InitializeAsync().AsTask());
        Receiver = await OtlpReceiver.StartAsync();
        File.WriteAllText(Path.Combine(_processes.Folder, "appsettings.json"), """{"Logging":{"LogLevel":{"ClipGen":"Debug"}}}""");
        var silos = await Task.WhenAll(
            _processes.StartAsync("gateway-0", 0, "/health/live", Environment(OtlpReceiver.Grpc), ["--roles", "gateway"]),
            _processes.StartAsync("gpu-0", 0, "/health/ready", Environment(OtlpReceiver.Http), ["--roles", "gpu", "--devices", "sim:1,cpu", "--models", noise.Path, "--slots", "8", "--threads", "1"]),
            _processes.StartAsync("gpu-1", 0, "/health/ready", Environment(OtlpReceiver.Grpc), ["--roles", "gpu", "--devices", "sim:1", "--slots", "8"]));
        Addresses = [.. silos.Select(silo => silo.Address)];
        _client = new() { BaseAddress = Addresses[0] };
        await ClusterOfProcesses.UntilDevicesAsync(Addresses[0], 3);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _processes.DisposeAsync();
        await _azurite.DisposeAsync();
        if (Receiver is not null) await Receiver.DisposeAsync();
    }

    /// <summary>Skips the test, by name, where there is no redis-server or no Azurite.</summary>
    internal void Require() => _ = (_processes.Connection(), _azurite.ConnectionString);

    /// <summary>Has images drawn by the SDK in this process, whose spans go to the receiver as well: it stands for a service that uses it.</summary>
    internal async Task<GenerationStatus> DrawBySdkAsync(GenerateRequest request)
    {
        using var tracing = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("thumbnails"))
            .AddSource("ClipGen.Client")
            .AddOtlpExporter(otlp => (otlp.Endpoint, otlp.Protocol) = (new Uri(Receiver.GrpcEndpoint), OtlpExportProtocol.Grpc))
            .Build();
        await using var services = new ServiceCollection().AddClipGenClient(o => o.BaseAddress = Addresses[0]).BuildServiceProvider();
        return (await services.GetRequiredService<IClipGenClient>().GenerateAsync(request, Stop)).Generation;
    }

    /// <summary>Has images drawn and waits for them.</summary>
    internal async Task DrawAsync(string model, int candidates)
    {
        using var response = await _client.PostAsync(new Uri("/v1/images/generations", UriKind.Relative), Json($$"""{"model":"{{model}}","prompt":"a small blue square","n":1,"candidates":{{candidates}}}"""), Stop);
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
        ["CLIPGEN__Images__ConnectionString"] = _azurite.ConnectionString,
        ["CLIPGEN__Simulation__StepTime"] = "0.005",
        ["CLIPGEN__Simulation__CodesPerImage"] = "64",
        ["CLIPGEN__Telemetry__BatchStepEvery"] = "8",
    };
}
