namespace ClipGen;

/// <summary>No device has the model that was asked for.</summary>
[GenerateSerializer, Alias("clipgen.ModelNotFoundException")]
public sealed class ModelNotFoundException(string message) : Exception(message);

/// <summary>The gateway has as much unfinished work as it takes.</summary>
[GenerateSerializer, Alias("clipgen.QueueFullException")]
public sealed class QueueFullException(string message, TimeSpan retryAfter) : Exception(message)
{
    /// <summary>When it is worth trying again.</summary>
    [Id(0)] public TimeSpan RetryAfter { get; init; } = retryAfter;
}
