using System.Globalization;
using System.Text;
using System.Text.Json;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;

namespace ClipGen.Gateway.Endpoints;

/// <summary>One event of a stream.</summary>
/// <param name="Type">Of the <c>event:</c> line.</param>
/// <param name="Id">Of the <c>id:</c> line; null for none.</param>
/// <param name="Data">JSON without line breaks.</param>
internal sealed record ServerEvent(string Type, int? Id, byte[] Data);

/// <summary>Writes <c>text/event-stream</c>: events as they come, and a comment now and then while none does, so that nobody on the way takes the connection for dead.</summary>
internal static class EventStream
{
    public static async Task WriteAsync(HttpContext context, IAsyncEnumerable<ServerEvent> events, TimeSpan keepAlive, TimeProvider time, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";   // nginx would keep them back

        // Watched before anything is sent: who hangs up meanwhile has been seen, and is missed.
        var source = events.GetAsyncEnumerator(cancellationToken);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            await response.StartAsync(cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
            for (; ; next = source.MoveNextAsync().AsTask())
            {
                while (!await HasComeAsync(next, keepAlive, time, cancellationToken)) await WriteAsync(response, ": keep-alive\n\n", cancellationToken);
                if (!await next) return;
                await WriteAsync(response, source.Current, cancellationToken);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var error = new ErrorEnvelope { Type = WireNames.Events.Error, Error = ApiErrors.Of(e).Body };
            await WriteAsync(response, new ServerEvent(WireNames.Events.Error, null, JsonSerializer.SerializeToUtf8Bytes(error, WireResults.Json.ErrorEnvelope)), cancellationToken);
        }
        finally
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // an enumerator must not be closed while it moves
            await source.DisposeAsync();
        }
    }

    private static async Task<bool> HasComeAsync(Task next, TimeSpan keepAlive, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(keepAlive, time, cancellationToken);
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return false;
        }
        return true;
    }

    private static async Task WriteAsync(HttpResponse response, ServerEvent e, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(e.Id is { } id ? string.Create(CultureInfo.InvariantCulture, $"event: {e.Type}\nid: {id}\ndata: ") : $"event: {e.Type}\ndata: "), cancellationToken);
        await response.Body.WriteAsync(e.Data, cancellationToken);
        await WriteAsync(response, "\n\n", cancellationToken);
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
