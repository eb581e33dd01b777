using System.Globalization;
using System.Text.Json;
using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClipGen.Gateway.Errors;

/// <summary>Gives every answer its id, and every error the body and headers that clients understand.</summary>
internal sealed partial class ErrorAnswers(RequestDelegate next, IHostApplicationLifetime lifetime, ILogger<ErrorAnswers> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        string id = $"req_{Guid.CreateVersion7():N}";
        context.Response.Headers[WireNames.Headers.RequestId] = id;
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentType: null, ContentLength: null }) await WriteAsync(context, Unanswered(context));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (Exception e)
        {
            var error = ApiErrors.Of(e);
            // What breaks while the silo leaves under a request is not the request's fault, nor the cluster's.
            if (lifetime.ApplicationStopping.IsCancellationRequested && error.Body.Code is WireNames.ErrorCodes.InternalError or WireNames.ErrorCodes.Overloaded) error = ApiErrors.Stopping();
            if (error.Body.Code == WireNames.ErrorCodes.InternalError) LogUnexpected(e, id);
            if (context.Response.HasStarted) throw;
            await WriteAsync(context, error);
        }
    }

    /// <summary>What routing has refused: it leaves a status and nothing else.</summary>
    private static ApiException Unanswered(HttpContext context)
    {
        int status = context.Response.StatusCode;
        return new(status, status < 500 ? WireNames.ErrorTypes.InvalidRequest : WireNames.ErrorTypes.Server,
            status switch
            {
                StatusCodes.Status404NotFound => WireNames.ErrorCodes.RouteNotFound,
                StatusCodes.Status405MethodNotAllowed => WireNames.ErrorCodes.MethodNotAllowed,
                StatusCodes.Status415UnsupportedMediaType => WireNames.ErrorCodes.UnsupportedContentType,
                _ => WireNames.ErrorCodes.InvalidValue,
            },
            $"{Short(context.Request.Method)} {Short(context.Request.Path.Value ?? "")}: {ReasonPhrases.GetReasonPhrase(status)}.")
        {
            ShouldRetry = status == StatusCodes.Status415UnsupportedMediaType ? false : null,   // as where the body's reader finds it
        };
    }

    // It comes from outside.
    private static string Short(string text) => new([.. text.Take(200).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);

    private static async Task WriteAsync(HttpContext context, ApiException error)
    {
        var response = context.Response;
        response.StatusCode = error.Status;
        if (error.ShouldRetry is { } retry) response.Headers[WireNames.Headers.ShouldRetry] = retry ? "true" : "false";
        if (error.RetryAfter is { } wait)
        {
            response.Headers[WireNames.Headers.RetryAfterMs] = Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
        response.ContentType = "application/json";
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new ErrorEnvelope { Error = error.Body }, WireResults.Json.ErrorEnvelope);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    [LoggerMessage(LogLevel.Error, "Request {Request} could not be answered")]
    private partial void LogUnexpected(Exception exception, string request);
}
