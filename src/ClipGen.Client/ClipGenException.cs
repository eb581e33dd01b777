using ClipGen.Client.Wire;

namespace ClipGen.Client;

/// <summary>What the cluster refused, or what did not work after all retries.</summary>
public class ClipGenException : Exception
{
    internal ClipGenException(string message, string? code, Exception? innerException = null) : base(message, innerException) => Code = code;

    /// <summary>What went wrong, for programs: one of <see cref="WireNames.ErrorCodes"/>; null when the server gave none.</summary>
    public string? Code { get; }

    /// <summary>The wire name of the parameter to blame, for example <c>top_k</c>; null when none is.</summary>
    public string? Parameter { get; internal set; }

    /// <summary>HTTP status of the answer; null in the cluster, and when there was no answer.</summary>
    public int? StatusCode { get; internal set; }

    /// <summary>What the server's log calls the request; null in the cluster, and when there was no answer.</summary>
    public string? RequestId { get; internal set; }

    /// <summary>When the same call is worth trying again, as the cluster said; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; internal set; }

    /// <summary>Whether the same call may succeed later; such calls have been tried again already.</summary>
    public bool IsTransient { get; internal set; }
}

/// <summary>The request cannot be carried out as it stands.</summary>
public sealed class ClipGenInvalidRequestException : ClipGenException
{
    internal ClipGenInvalidRequestException(string message, string? code) : base(message, code) { }

    /// <summary>Everything that is wrong, where the cluster named more than one thing; never empty.</summary>
    public required IReadOnlyList<RequestError> Errors { get; init; }
}

/// <summary>The API key is missing, unknown, or may not do this.</summary>
public sealed class ClipGenAuthenticationException : ClipGenException
{
    internal ClipGenAuthenticationException(string message, string? code) : base(message, code) { }
}

/// <summary>There is no such model, generation or image.</summary>
public sealed class ClipGenNotFoundException : ClipGenException
{
    internal ClipGenNotFoundException(string message, string? code) : base(message, code) { }
}

/// <summary>An idempotency key was used before, for another request or for one that is still being accepted; or a generation has not ended.</summary>
public sealed class ClipGenConflictException : ClipGenException
{
    internal ClipGenConflictException(string message, string? code) : base(message, code) { }
}

/// <summary>Not accepted for want of room: the queue or the quota is full, or the deadline cannot hold.</summary>
public sealed class ClipGenRefusedException : ClipGenException
{
    internal ClipGenRefusedException(string message, string? code) : base(message, code) { }
}

/// <summary>The cluster cannot be reached, does not answer in time, or cannot serve now.</summary>
public sealed class ClipGenUnavailableException : ClipGenException
{
    internal ClipGenUnavailableException(string message, string? code, Exception? innerException = null) : base(message, code, innerException) => IsTransient = true;
}

/// <summary>A generation was accepted and ended without images.</summary>
public sealed class ClipGenGenerationException : ClipGenException
{
    internal ClipGenGenerationException(GenerationStatus generation)
        : base(
            generation.State == GenerationState.Cancelled ? $"The generation {generation.Id} was cancelled." : generation.Error ?? $"The generation {generation.Id} failed.",
            generation.State == GenerationState.Cancelled ? WireNames.ErrorCodes.GenerationCancelled : WireNames.ErrorCodes.GenerationFailed) => Generation = generation;

    /// <summary>Where it ended.</summary>
    public GenerationStatus Generation { get; }
}
