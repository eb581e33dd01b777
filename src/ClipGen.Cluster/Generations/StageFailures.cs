using Orleans.Runtime;

namespace ClipGen.Cluster.Generations;

/// <summary>A stage failed every time it was tried; the message is what went wrong the last time.</summary>
internal sealed class StageFailedException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The model's version that a request was made for is not there any more, and others are.</summary>
[GenerateSerializer, Alias("clipgen.ModelReplacedException")]
internal sealed class ModelReplacedException(string message) : Exception(message);

/// <summary>Too many processes were lost while they drew one request.</summary>
internal sealed class QuarantinedException(int crashes, string? device)
    : Exception($"Quarantined: {crashes} processes were lost while they drew this request{(device is null ? "" : $", the last one with device {device}")}.");

/// <summary>Errors that say something of the cluster at this moment and nothing of the request.</summary>
internal static class Transient
{
    public static bool IsOne(Exception e) => e is OrleansException or TimeoutException or OperationCanceledException or Placement.DeviceNotFoundException or ModelNotFoundException;
}
