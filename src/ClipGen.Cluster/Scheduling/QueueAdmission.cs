using System.Globalization;

namespace ClipGen.Cluster.Scheduling;

/// <summary>A request at the door, and what it would find inside.</summary>
/// <param name="Model">Name for messages.</param>
/// <param name="Tenant">Whose quota counts.</param>
/// <param name="Candidates">Candidates the request adds.</param>
/// <param name="Waiting">Candidates that wait, of all tenants.</param>
/// <param name="WaitingOfTenant">Those of this tenant.</param>
/// <param name="Ahead"><see cref="FairQueue.AheadOfNew"/> of the request.</param>
/// <param name="Deadline">Time from now in which it must be sampled; null means whenever.</param>
/// <param name="Unserved">For how long no device of the model has been in service; null while one is.</param>
internal sealed record QueueApplication(
    string Model, string Tenant, int Candidates, int Waiting, int WaitingOfTenant, int Ahead, TimeSpan? Deadline, TimeSpan? Unserved = null);

/// <param name="RetryAfter">When the same request is worth trying again; null when it never is.</param>
/// <param name="Message">What is wrong and what to do, for whoever asked.</param>
internal sealed record QueueRefusal(RefusalReason Reason, TimeSpan? RetryAfter, string Message);

/// <summary>Decides who may wait.</summary>
internal static class QueueAdmission
{
    /// <summary>Null when the request may enter. A tenant's own limit is looked at first, since it is what the tenant can do something about.</summary>
    public static QueueRefusal? Check(QueueApplication request, QueueOptions options, CompletionEstimate estimate) =>
        CheckDevices(request, options, estimate) ?? CheckQuota(request, options, estimate) ?? CheckRoom(request, options, estimate) ?? CheckDeadline(request, estimate);

    private static QueueRefusal? CheckDevices(QueueApplication request, QueueOptions options, CompletionEstimate estimate)
    {
        if (request.Unserved is not { } unserved || unserved <= options.WithoutDevices) return null;
        var wait = estimate.RetryAfter(1);
        return new(RefusalReason.NoDevice, wait, $"No device of the model '{request.Model}' is ready, and none has been for {Seconds(unserved)}. {TryAgain(wait)}");
    }

    private static QueueRefusal? CheckQuota(QueueApplication request, QueueOptions options, CompletionEstimate estimate)
    {
        if (TenantPolicy.Of(request.Tenant, options).MaxWaiting is not { } most) return null;
        int tooMany = request.WaitingOfTenant + request.Candidates - most;
        if (tooMany <= 0) return null;
        if (request.Candidates > most)
        {
            return new(RefusalReason.TenantQuota, null,
                $"The tenant '{request.Tenant}' may have at most {most} candidates waiting for the model '{request.Model}', and this request alone has {request.Candidates}. Ask for at most {most}.");
        }
        // Of what leaves the queue, about this tenant's part of what waits is this tenant's.
        int leaving = (int)Math.Ceiling((double)tooMany * request.Waiting / request.WaitingOfTenant);
        var wait = estimate.RetryAfter(leaving);
        return new(RefusalReason.TenantQuota, wait,
            $"The tenant '{request.Tenant}' has {request.WaitingOfTenant} candidates waiting for the model '{request.Model}' of at most {most}; {request.Candidates} more do not fit. {TryAgain(wait)}");
    }

    private static QueueRefusal? CheckRoom(QueueApplication request, QueueOptions options, CompletionEstimate estimate)
    {
        int tooMany = request.Waiting + request.Candidates - options.MaxWaiting;
        if (tooMany <= 0) return null;
        var wait = estimate.RetryAfter(tooMany);
        return new(RefusalReason.QueueFull, wait,
            $"The model '{request.Model}' has {request.Waiting} candidates waiting of at most {options.MaxWaiting}; {request.Candidates} more do not fit. {TryAgain(wait)}");
    }

    private static QueueRefusal? CheckDeadline(QueueApplication request, CompletionEstimate estimate)
    {
        if (request.Deadline is not { } deadline || estimate.CanHold(deadline, request.Ahead)) return null;
        if (estimate.Completion(request.Ahead) is not { } expected || estimate.Alone(request.Candidates) is not { } alone)
        {
            var unknown = estimate.RetryAfter(1);
            return new(RefusalReason.DeadlineCannotHold, unknown,
                $"No device of the model '{request.Model}' is ready, so a deadline of {Seconds(deadline)} cannot be promised. {TryAgain(unknown)}");
        }
        string what = $"The model '{request.Model}' would need {Seconds(expected)} for {request.Candidates} candidates; the deadline is in {Seconds(deadline)}.";
        if (alone > deadline)
        {
            return new(RefusalReason.DeadlineCannotHold, null,
                $"{what} Even with nothing else to do it would need {Seconds(alone)}. Ask for fewer candidates or a later deadline.");
        }
        var wait = CompletionEstimate.AsRetry(expected - deadline);   // the queue grows shorter by a second each second
        return new(RefusalReason.DeadlineCannotHold, wait, $"{what} {TryAgain(wait)}");
    }

    private static string TryAgain(TimeSpan wait) => $"Try again in {Math.Ceiling(wait.TotalSeconds):0} s.";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
