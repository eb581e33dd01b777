using System.Diagnostics;
using Azure;
using ClipGen.Cluster.Storage;

namespace ClipGen.Cluster.Telemetry;

/// <summary>Spans of calls of a storage account, one for each try. Blobs' names stay out of them, for a name's prefix may have words of the prompt.</summary>
internal static class BlobTrace
{
    /// <summary>A blob's write; null when nobody listens.</summary>
    /// <param name="bytes">Of its content.</param>
    public static Activity? StartWrite(Uri container, int bytes, ImageProperties? properties) => ClusterInstruments.Source.StartActivity("clipgen.blob.write", ActivityKind.Client)
        ?.SetTag("server.address", container.Host)
        .SetTag("server.port", container.Port)
        .SetTag("clipgen.generation.id", properties?.GenerationId)
        .SetTag("clipgen.candidate.index", properties?.Candidate)
        .SetTag("clipgen.blob.size", bytes);

    /// <summary>Marks it as failed, with the account's own word for why where it has said one.</summary>
    public static void FailAsAnswered(this Activity? span, Exception exception)
    {
        var cause = exception is ImageStoreException { InnerException: { } inner } ? inner : exception;
        span.Fail(cause);
        if (cause is RequestFailedException { ErrorCode: { Length: > 0 } code }) span?.SetTag("error.type", code);
    }
}
