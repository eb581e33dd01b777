using Microsoft.Extensions.Logging;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    [LoggerMessage(LogLevel.Information, "Generation {Generation} failed")]
    private partial void LogFailed(Exception exception, string generation);

    [LoggerMessage(LogLevel.Information, "Generation {Generation} could not tell its gateway that it has ended")]
    private partial void LogNotReleased(Exception exception, string generation);
}
