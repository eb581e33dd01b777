namespace ClipGen.Cluster.Clustering;

/// <summary>A grain's state could not be read or written; the message is one line that says which file and what to do.</summary>
/// <remarks>An OrleansException reaches the grain's caller as it is; any other is wrapped in one with a message of its own.</remarks>
[GenerateSerializer, Alias("clipgen.StateStoreException")]
public sealed class StateStoreException(string message, Exception? innerException = null) : OrleansException(message, innerException!);
