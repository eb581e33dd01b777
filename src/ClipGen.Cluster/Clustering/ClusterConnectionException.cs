namespace ClipGen.Cluster.Clustering;

/// <summary>The silo cannot reach what would lead it to its cluster; the message is one line that says what and why.</summary>
public sealed class ClusterConnectionException(string message, Exception? innerException = null) : Exception(message, innerException);
