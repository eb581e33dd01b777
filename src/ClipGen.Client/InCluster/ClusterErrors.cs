using ClipGen.Client.Wire;
using Orleans.Runtime;

namespace ClipGen.Client.InCluster;

/// <summary>What grain calls throw, as the exceptions and codes that the same thing has over HTTP.</summary>
internal static class ClusterErrors
{
    /// <summary>As over HTTP: whoever is told to come again does not come at once.</summary>
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(1);

    /// <param name="cancellationToken">The caller's, which tells a call that it cancelled from one that ended with the silo it was at.</param>
    public static async Task<T> WithinAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (InvalidRequestException e)
        {
            throw Invalid(e.Errors, WireNames.ErrorCodes.InvalidValue);
        }
        catch (ModelNotFoundException e)
        {
            throw new ClipGenNotFoundException(e.Message, WireNames.ErrorCodes.ModelNotFound) { Parameter = "model" };
        }
        catch (KeyNotFoundException e)
        {
            throw new ClipGenNotFoundException(e.Message, WireNames.ErrorCodes.GenerationNotFound) { Parameter = "id" };
        }
        catch (IdempotencyMismatchException e)
        {
            throw new ClipGenConflictException(e.Message, WireNames.ErrorCodes.IdempotencyMismatch) { Parameter = WireNames.Headers.IdempotencyKey };
        }
        catch (GenerationNotEndedException e)
        {
            var left = e.ExpectedAt - DateTimeOffset.UtcNow;
            throw new ClipGenConflictException(e.Message, WireNames.ErrorCodes.GenerationNotEnded)
            {
                Parameter = "id",
                RetryAfter = left > LeastWait ? left : LeastWait,
                IsTransient = true,
            };
        }
        catch (RefusedException e)
        {
            throw new ClipGenRefusedException(e.Message, CodeOf(e.Reason))
            {
                Parameter = e.Reason == RefusalReason.DeadlineCannotHold ? "deadline_ms" : null,
                RetryAfter = e.RetryAfter,
                IsTransient = e.RetryAfter is not null,
            };
        }
        catch (Exception e) when (e is OrleansException or TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ClipGenUnavailableException($"The cluster did not answer: {e.Message}", WireNames.ErrorCodes.Overloaded, e);
        }
    }

    public static ClipGenInvalidRequestException Invalid(IReadOnlyList<RequestError> errors, string code)
    {
        RequestError[] wire = [.. errors.Select(e => e.Parameter == "format" ? e with { Parameter = "output_format" } : e)];
        return new(string.Join(" ", wire.Select(e => $"{e.Parameter} {e.Message}")), code) { Errors = wire, Parameter = wire[0].Parameter };
    }

    private static string CodeOf(RefusalReason reason) => reason switch
    {
        RefusalReason.QueueFull => WireNames.ErrorCodes.QueueFull,
        RefusalReason.TenantQuota => WireNames.ErrorCodes.QuotaExceeded,
        RefusalReason.DeadlineCannotHold => WireNames.ErrorCodes.DeadlineCannotHold,
        _ => WireNames.ErrorCodes.Overloaded,
    };
}
