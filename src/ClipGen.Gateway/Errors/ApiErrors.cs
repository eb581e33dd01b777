using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Http;
using static ClipGen.Client.Wire.WireNames;

namespace ClipGen.Gateway.Errors;

/// <summary>The one place where what went wrong becomes a status, a code and advice on trying again.</summary>
internal static class ApiErrors
{
    /// <summary>The .NET client tries a 5xx again at once, several times, unless it is told when.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public static ApiException Of(Exception exception) => exception switch
    {
        ApiException e => e,
        InvalidRequestException e => Invalid([.. e.Errors.Select(p => new Problem(ErrorCodes.InvalidValue, p.Parameter, p.Message))]),
        RefusedException e => Refused(e),
        IdempotencyMismatchException => new(StatusCodes.Status422UnprocessableEntity, ErrorTypes.InvalidRequest, ErrorCodes.IdempotencyMismatch,
            $"This {Headers.IdempotencyKey} was used for another request; send that request again, or use a new key.", Headers.IdempotencyKey)
        { ShouldRetry = false },
        ModelNotFoundException e => new(StatusCodes.Status404NotFound, ErrorTypes.InvalidRequest, ErrorCodes.ModelNotFound, e.Message, "model"),
        GenerationNotEndedException e => new(StatusCodes.Status409Conflict, ErrorTypes.InvalidRequest, ErrorCodes.GenerationNotEnded, e.Message, "id") { RetryAfter = Until(e.ExpectedAt) },
        KeyNotFoundException e => NoGeneration(e.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(StatusCodes.Status413PayloadTooLarge, ErrorTypes.InvalidRequest, ErrorCodes.RequestTooLarge,
            "The body is larger than this server takes.")
        { ShouldRetry = false },
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => new(StatusCodes.Status408RequestTimeout, ErrorTypes.InvalidRequest, ErrorCodes.RequestTimeout,
            "The body came too slowly.")
        { RetryAfter = Soon },
        BadHttpRequestException e => new(e.StatusCode, ErrorTypes.InvalidRequest, ErrorCodes.InvalidValue, "The request is not proper HTTP.") { ShouldRetry = false },
        OrleansException or TimeoutException or PromptImageMissingException => new(StatusCodes.Status503ServiceUnavailable, ErrorTypes.Server, ErrorCodes.Overloaded,
            "The cluster did not answer in time; try again.")
        { RetryAfter = Soon },
        _ => new(StatusCodes.Status500InternalServerError, ErrorTypes.Server, ErrorCodes.InternalError, "Something went wrong here; the log has it under this answer's x-request-id.") { RetryAfter = Soon },
    };

    /// <summary>A request with problems; it must have at least one.</summary>
    public static ApiException Invalid(IReadOnlyList<Problem> problems) => new(
        StatusCodes.Status400BadRequest, ErrorTypes.InvalidRequest, problems[0].Code, string.Join(" ", problems.Select(p => $"{p.Param} {p.Message}")), problems[0].Param)
    {
        ShouldRetry = false,
        Errors = problems.Count == 1 ? null : [.. problems.Select(p => new ParameterError { Param = p.Param, Message = p.Message })],
    };

    /// <summary>This process leaves the cluster; another one may answer.</summary>
    public static ApiException Stopping() =>
        new(StatusCodes.Status503ServiceUnavailable, ErrorTypes.Server, ErrorCodes.Draining, "This server is being stopped; try again, elsewhere.") { RetryAfter = Soon };

    public static ApiException NoGeneration(string message) =>
        new(StatusCodes.Status404NotFound, ErrorTypes.InvalidRequest, ErrorCodes.GenerationNotFound, message, "id");

    /// <summary>How a generation that ended without images is told to who waited for them.</summary>
    public static ApiException Ended(GenerationStatus status) => status.State == GenerationState.Cancelled
        ? new(StatusCodes.Status400BadRequest, ErrorTypes.InvalidRequest, ErrorCodes.GenerationCancelled, $"The generation {status.Id} was cancelled.") { ShouldRetry = false }
        : new(StatusCodes.Status500InternalServerError, ErrorTypes.Server, ErrorCodes.GenerationFailed, $"The generation {status.Id} failed: {status.ErrorToOthers ?? status.Error}") { ShouldRetry = false, RetryAfter = Soon };

    private static TimeSpan Until(DateTimeOffset? time) => time - DateTimeOffset.UtcNow is { } left && left > Soon ? left : Soon;

    private static ApiException Refused(RefusedException refused) => new(StatusCodes.Status429TooManyRequests, ErrorTypes.RateLimitExceeded,
        refused.Reason switch
        {
            RefusalReason.QueueFull => ErrorCodes.QueueFull,
            RefusalReason.TenantQuota => ErrorCodes.QuotaExceeded,
            RefusalReason.DeadlineCannotHold => ErrorCodes.DeadlineCannotHold,
            _ => ErrorCodes.Overloaded,
        },
        refused.Message,
        refused.Reason == RefusalReason.DeadlineCannotHold ? "deadline_ms" : null)
    {
        // One that never fits is not worth another try; a client that tries all the same is to take its time.
        ShouldRetry = refused.RetryAfter is null ? false : null,
        RetryAfter = refused.RetryAfter ?? Soon,
    };
}
