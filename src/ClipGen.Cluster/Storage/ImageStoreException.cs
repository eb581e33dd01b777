namespace ClipGen.Cluster.Storage;

/// <summary>An image could not be stored; the message is one line that says which file and what to do.</summary>
/// <param name="isTransient">Whether the same may work a while later: the store was away or busy. Default: false, somebody has to do something first.</param>
[GenerateSerializer, Alias("clipgen.ImageStoreException")]
public sealed class ImageStoreException(string message, Exception? innerException = null, bool isTransient = false) : Exception(message, innerException)
{
    [Id(0)] public bool IsTransient { get; init; } = isTransient;
}
