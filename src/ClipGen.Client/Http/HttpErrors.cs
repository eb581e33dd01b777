using System.Globalization;
using System.Net;
using System.Text.Json;
using ClipGen.Client.Wire;

namespace ClipGen.Client.Http;

/// <summary>Answers that are errors, as exceptions.</summary>
internal static class HttpErrors
{
    private const int MaxBody = 64 * 1024;

    /// <summary>Any answer will do, also a proxy's that is no JSON: then the status has to say it all.</summary>
    public static async Task<ClipGenException> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(response, cancellationToken);
        int status = (int)response.StatusCode;
        string message = body?.Message ?? string.Create(CultureInfo.InvariantCulture, $"{response.RequestMessage?.RequestUri?.Host} answered with HTTP status {status} ({response.ReasonPhrase}).");
        bool transient = Header(response, WireNames.Headers.ShouldRetry) switch
        {
            "true" => true,
            "false" => false,
            _ => response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests || status >= 500,
        };
        return Create(status, body, message, Header(response, WireNames.Headers.RequestId), RetryAfter(response, time), transient);
    }

    /// <summary>An error event in mid-stream: the server's own troubles may pass, others stay.</summary>
    public static ClipGenException InStream(ErrorBody body)
    {
        bool servers = body.Type == WireNames.ErrorTypes.Server;
        var error = Create(servers ? 500 : 400, body, body.Message, null, null, servers);
        error.StatusCode = null;   // the answer itself was fine
        return error;
    }

    private static ClipGenException Create(int status, ErrorBody? body, string message, string? requestId, TimeSpan? retryAfter, bool transient)
    {
        string? code = body?.Code;
        ClipGenException error = status switch
        {
            401 or 403 => new ClipGenAuthenticationException(message, code),
            404 or 410 => new ClipGenNotFoundException(message, code),
            409 => new ClipGenConflictException(message, code),
            422 when code == WireNames.ErrorCodes.IdempotencyMismatch => new ClipGenConflictException(message, code),
            429 => new ClipGenRefusedException(message, code),
            408 or >= 500 => new ClipGenUnavailableException(message, code),
            _ => new ClipGenInvalidRequestException(message, code)
            {
                Errors = body?.Errors is { Count: > 0 } errors ? [.. errors.Select(e => new RequestError(e.Param, e.Message))] : [new(body?.Param ?? "", message)],
            },
        };
        (error.Parameter, error.StatusCode, error.RequestId, error.RetryAfter, error.IsTransient) = (body?.Param, status, requestId, retryAfter, transient);
        return error;
    }

    private static async Task<ErrorBody?> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxBody, cancellationToken);
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken), WireJson.Default.ErrorEnvelope)?.Error;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return null;
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        if (long.TryParse(Header(response, WireNames.Headers.RetryAfterMs), NumberStyles.None, CultureInfo.InvariantCulture, out long ms) && ms <= int.MaxValue)
            return TimeSpan.FromMilliseconds(ms);
        var asked = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - time.GetUtcNow();
        return asked is { } pause && pause < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
