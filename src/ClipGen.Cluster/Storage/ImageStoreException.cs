namespace ClipGen.Cluster.Storage;

/// <summary>An image could not be stored; the message is one line that says which file and what to do.</summary>
[GenerateSerializer, Alias("clipgen.ImageStoreException")]
public sealed class ImageStoreException(string message, Exception? innerException = null) : Exception(message, innerException);
