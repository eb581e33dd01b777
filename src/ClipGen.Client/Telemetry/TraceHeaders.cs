using System.Diagnostics;

namespace ClipGen.Client.Telemetry;

/// <summary>
/// Hands the current span on in a request's headers. <c>HttpClient</c> would name a span of its own there, even while nobody listens to its
/// spans: then no backend ever gets that one, and the server's spans hang from nothing.
/// </summary>
internal static class TraceHeaders
{
    private static readonly ActivitySource OfHttpClient = new("System.Net.Http");

    public static void Write(HttpRequestMessage request)
    {
        if (Activity.Current is not { } span || OfHttpClient.HasListeners()) return;
        DistributedContextPropagator.Current.Inject(span, request, static (to, name, value) => ((HttpRequestMessage)to!).Headers.TryAddWithoutValidation(name, value));
    }
}
