using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace ClipGen.Cluster.Hosting;

/// <summary>
/// The log on standard output: a line for people, or with <c>Logging:Console:FormatterName</c> <c>json</c> an object for machines, which has
/// every value of the message by name and the ids of its trace.
/// </summary>
internal static class ConsoleLog
{
    private const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ ";

    public static ILoggingBuilder AddClipGenConsole(this ILoggingBuilder logging, IConfiguration configuration)
    {
        if (configuration["Logging:Console:FormatterName"] is not "json")
            return logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, Timestamp, true));
        return logging
            .Configure(o => o.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId)
            .AddJsonConsole(console => (console.IncludeScopes, console.TimestampFormat, console.UseUtcTimestamp) = (true, Timestamp.TrimEnd(), true));
    }
}
