namespace ClipGen;

/// <summary>No device has the model that was asked for.</summary>
[GenerateSerializer, Alias("clipgen.ModelNotFoundException")]
public sealed class ModelNotFoundException(string message) : Exception(message);

/// <summary>Why a submission was not accepted.</summary>
public enum RefusalReason
{
    /// <summary>The model's queue is full.</summary>
    QueueFull,

    /// <summary>The tenant's part of it is full.</summary>
    TenantQuota,

    /// <summary>What is in the way takes longer than the deadline.</summary>
    DeadlineCannotHold,

    /// <summary>The model is known, but no device that has it has been in service for some time.</summary>
    NoDevice,

    /// <summary>The image store cannot take what the request needs kept.</summary>
    Storage,
}

/// <summary>A submission was not accepted; nothing of it was kept.</summary>
[GenerateSerializer, Alias("clipgen.RefusedException")]
public sealed class RefusedException(RefusalReason reason, string message, TimeSpan? retryAfter) : Exception(message)
{
    [Id(0)] public RefusalReason Reason { get; init; } = reason;

    /// <summary>When the same submission is worth trying again; null when it never is.</summary>
    [Id(1)] public TimeSpan? RetryAfter { get; init; } = retryAfter;
}

/// <summary>A prompt's image was not in the image store when its generation was to begin: have it kept again, and submit again.</summary>
[GenerateSerializer, Alias("clipgen.PromptImageMissingException")]
public sealed class PromptImageMissingException(string message) : Exception(message);

/// <summary>An idempotency key came again with another request.</summary>
[GenerateSerializer, Alias("clipgen.IdempotencyMismatchException")]
public sealed class IdempotencyMismatchException(string message) : Exception(message);

/// <summary>What was asked for can be had only of a generation that has ended.</summary>
/// <param name="expectedAt">When it is expected to; null when that cannot be told.</param>
[GenerateSerializer, Alias("clipgen.GenerationNotEndedException")]
public sealed class GenerationNotEndedException(string message, DateTimeOffset? expectedAt) : Exception(message)
{
    /// <summary>Estimated time of its end; null when that cannot be told.</summary>
    [Id(0)] public DateTimeOffset? ExpectedAt { get; init; } = expectedAt;
}
