using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Hosting;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo;
using ClipGen.Silo.Devices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClipGen.Gateway.Tests;

/// <summary>The real web server on a free port, over a cluster in this process on fake engines.</summary>
internal sealed class Sut : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    /// <summary>Streams that a test leaves open and forgets: without a reference the collector would hang up.</summary>
    private readonly System.Collections.Concurrent.ConcurrentBag<HttpResponseMessage> _streams = [];
    private int _stopped;

    private Sut(WebApplication app, string folder)
    {
        (_app, _folder) = (app, folder);
        Root = new(app.Urls.Single());
        Client = new() { BaseAddress = Root };
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Uri Root { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public static Task<Sut> CreateSut(params FakeEngine[] engines) => CreateSut([], engines.Length == 0 ? [new()] : engines);

    public static async Task<Sut> CreateSut(Dictionary<string, string?> settings, FakeEngine[] engines, Action<IServiceCollection>? configure = null)
    {
        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName;
        var builder = ClipGenHost.CreateBuilder(
            [new("ClipGen:Http:Listen", "127.0.0.1:0"), new("ClipGen:Cluster:DataFolder", folder), .. settings],
            silo =>
            {
                silo.Services.AddClipGenSilo(engines);
                silo.UseClipGenGrains();
                silo.Services.Configure<GenerationOptions>(o => (o.Backoff, o.UnwatchedGrace) = (TimeSpan.Zero, TimeSpan.Zero));
            });
        builder.Logging.ClearProviders();
        configure?.Invoke(builder.Services);
        builder.AddClipGenApi();
        var app = builder.BuildClipGen();
        app.MapClipGenApi();
        await app.StartAsync(Token);
        if (engines.Length > 0) await app.Services.GetRequiredService<DeviceReporter>().Told.WaitAsync(Token);
        return new(app, folder);
    }

    public Task<Answer> Post(string path, string json, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public Task<Answer> Images(string json, params (string Name, string Value)[] headers) => Post("/v1/images/generations", json, headers);

    public Task<Answer> Get(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, headers);

    public async Task<Answer> Send(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request, Token);
        byte[] body = await response.Content.ReadAsByteArrayAsync(Token);
        return new((int)response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, body);
    }

    /// <summary>A stream that is read as it comes.</summary>
    public async Task<Stream> Open(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        _streams.Add(response);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStreamAsync(Token);
    }

    /// <summary>As after SIGTERM.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1) return;
        _app.Lifetime.StopApplication();
        await _app.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _app.Services.GetRequiredService<DeviceRegistry>().Stop();   // what a test leaves running is cancelled
        await StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

internal sealed record Answer(int Status, HttpResponseHeaders Headers, string? ContentType, byte[] Body)
{
    public JsonElement Json => JsonElement.Parse(Body);

    public JsonElement Error => Json.GetProperty("error");

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    /// <summary>Every error has these four members, a JSON content type and a request's id.</summary>
    public void IsError(int status, string type, string code, string? param)
    {
        Assert.Equal((status, "application/json"), (Status, ContentType));
        Assert.StartsWith("req_", Header("x-request-id"));
        Assert.Equal((type, code, param), (Error.GetProperty("type").GetString(), Error.GetProperty("code").GetString(), Error.GetProperty("param").GetString()));
        Assert.NotEqual("", Error.GetProperty("message").GetString());
    }
}

/// <summary>Reads <c>text/event-stream</c>.</summary>
internal sealed class Events(Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream);

    /// <summary>Comments seen so far.</summary>
    public List<string> Comments { get; } = [];

    /// <returns>Null at the end.</returns>
    public async Task<(string Type, int? Id, JsonElement Data)?> Next()
    {
        string type = "";
        int? id = null;
        JsonElement? data = null;
        while (await _reader.ReadLineAsync(Sut.Token) is { } line)
        {
            if (line.StartsWith(':')) Comments.Add(line);
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) type = line[7..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = int.Parse(line[4..]);
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = JsonElement.Parse(line[6..]);
            else if (line.Length == 0 && data is { } whole) return (type, id, whole);
        }
        return null;
    }

    public async Task<List<(string Type, int? Id, JsonElement Data)>> All()
    {
        var events = new List<(string, int?, JsonElement)>();
        while (await Next() is { } e) events.Add(e);
        return events;
    }

    public void Dispose() => _reader.Dispose();
}
