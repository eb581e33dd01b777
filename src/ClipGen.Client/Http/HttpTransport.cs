using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClipGen.Client.Calls;
using ClipGen.Client.Telemetry;
using ClipGen.Client.Wire;

namespace ClipGen.Client.Http;

/// <summary>Speaks to a gateway's <c>/v1/generations</c>.</summary>
internal sealed class HttpTransport(IHttpClientFactory clients, ClipGenHttpOptions options, TimeProvider time) : ITransport
{
    private readonly Uri _root = new(options.BaseAddress!.AbsoluteUri.TrimEnd('/') + "/");

    public async Task<GenerationStatus> SubmitAsync(GenerateRequest request, string idempotencyKey, CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Post, "v1/generations");
        message.Headers.Add(WireNames.Headers.IdempotencyKey, idempotencyKey);
        message.Content = JsonContent.Create(WireMapping.ToWire(request), WireJson.Default.CreateGenerationRequest);
        return WireMapping.ToStatus(await ReadAsync(message, WireJson.Default.GenerationResource, cancellationToken), time.GetUtcNow());
    }

    public async Task<GenerationStatus> GetAsync(string id, CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Get, PathOf(id));
        return WireMapping.ToStatus(await ReadAsync(message, WireJson.Default.GenerationResource, cancellationToken), time.GetUtcNow());
    }

    public async Task CancelAsync(string id, CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Delete, PathOf(id));
        using var response = await SendAsync(message, cancellationToken);
    }

    public async IAsyncEnumerable<GenerationUpdate> WatchAsync(GenerationStatus known, int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenEventsAsync(known.Id, from, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NoContent) yield break;   // all has been told
        bool nothing = true;
        await using var body = new EventBody(await response.Content.ReadAsStreamAsync(cancellationToken), options.StreamIdleTimeout, time);
        await foreach (var item in SseParser.Create(body, Parse).EnumerateAsync(cancellationToken))
        {
            nothing = false;
            if (item.Data is not { } e || WireMapping.ToUpdate(e, known, time.GetUtcNow()) is not { } update) continue;
            if (update.IsLast && e.Generation is null) update = update with { Status = await GetAsync(known.Id, cancellationToken) };
            known = update.Status;
            yield return update;
        }
        if (nothing) throw new ClipGenUnavailableException("The event stream ended before anything was told.", ClientErrorCodes.ConnectionLost);
    }

    public async Task<byte[]> ReadImageAsync(GenerationStatus generation, RankedImage image, CancellationToken cancellationToken)
    {
        var address = new Uri(_root, image.Location);
        using var message = Message(HttpMethod.Get, address.AbsoluteUri);
        // An image may lie in a blob store: the key is none of its business.
        if (Uri.Compare(address, _root, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0) message.Headers.Authorization = null;
        using var response = await SendAsync(message, cancellationToken);
        return await WithinAsync(response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    public async Task<GenerationListPage> ListAsync(GenerationFilter filter, string? after, CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Get, ListQuery.Of(filter, after));
        var page = await ReadAsync(message, WireJson.Default.GenerationPage, cancellationToken);
        var now = time.GetUtcNow();
        return new([.. page.Data.Select(g => WireMapping.ToStatus(g, now))], page.HasMore ? page.Next ?? page.LastId : null);
    }

    public async Task<ReplayOutcome> ReplayAsync(string id, string idempotencyKey, CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Post, $"{PathOf(id)}/replay");
        message.Headers.Add(WireNames.Headers.IdempotencyKey, idempotencyKey);
        return WireMapping.ToOutcome(await ReadAsync(message, WireJson.Default.ReplayResource, cancellationToken));
    }

    public async Task<IReadOnlyList<ModelDescription>> GetModelsAsync(CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Get, "v1/models");
        return [.. (await ReadAsync(message, WireJson.Default.ModelList, cancellationToken)).Data.Select(WireMapping.ToModel)];
    }

    private static string PathOf(string id) => $"v1/generations/{Uri.EscapeDataString(id)}";

    private HttpRequestMessage Message(HttpMethod method, string path)
    {
        var message = new HttpRequestMessage(method, new Uri(_root, path));
        if (options.ApiKey is { } key) message.Headers.Authorization = new("Bearer", key);
        return message;
    }

    private async Task<HttpResponseMessage> OpenEventsAsync(string id, int from, CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Get, $"{PathOf(id)}/events");
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (from > 0) message.Headers.Add(WireNames.Headers.LastEventId, FormattableString.Invariant($"{from - 1}"));
        using var timeout = new CancellationTokenSource(options.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await SendAsync(message, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClipGenUnavailableException($"No answer within {options.CallTimeout.TotalSeconds:0.###} s.", ClientErrorCodes.Timeout, e);
        }
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(message, cancellationToken);
        try
        {
            return await WithinAsync(response.Content.ReadFromJsonAsync(type, cancellationToken)) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw InvalidAnswer(e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        TraceHeaders.Write(message);
        using var client = clients.CreateClient(ClipGenClientExtensions.HttpClientName);
        var response = await WithinAsync(client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken));
        if (response.IsSuccessStatusCode) return response;
        using (response) throw await HttpErrors.ReadAsync(response, time, cancellationToken);
    }

    private async Task<T> WithinAsync<T>(Task<T> exchange)
    {
        try
        {
            return await exchange;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ClipGenUnavailableException($"Cannot talk to {_root.Authority}: {e.Message}", ClientErrorCodes.ConnectionFailed, e);
        }
    }

    private static GenerationStreamEvent? Parse(string type, ReadOnlySpan<byte> data)
    {
        try
        {
            if (type != WireNames.Events.Error) return JsonSerializer.Deserialize(data, WireJson.Default.GenerationStreamEvent);
            throw HttpErrors.InStream((JsonSerializer.Deserialize(data, WireJson.Default.ErrorEnvelope) ?? throw new JsonException("The error is null.")).Error);
        }
        catch (JsonException e)
        {
            throw InvalidAnswer(e);
        }
    }

    private static ClipGenException InvalidAnswer(JsonException e) => new($"The server's answer is not what this version of the client reads: {e.Message}", ClientErrorCodes.InvalidAnswer, e);
}
