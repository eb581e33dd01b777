using Microsoft.Extensions.Logging;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GenerationGrain
{
    [LoggerMessage(LogLevel.Information, "Generation {Generation} failed")]
    private partial void LogFailed(Exception exception, string generation);

    [LoggerMessage(LogLevel.Information, "Generation {Generation}: {Stage} on device {Device} is tried again")]
    private partial void LogRetried(Exception exception, string generation, DeviceStages stage, string device);

    [LoggerMessage(LogLevel.Information, "Generation {Generation} could not tell its gateway that it has ended")]
    private partial void LogNotReleased(Exception exception, string generation);

    [LoggerMessage(LogLevel.Information, "Generation {Generation} cannot reach its gateway; asking again")]
    private partial void LogGatewayAway(Exception exception, string generation);

    [LoggerMessage(LogLevel.Information, "Generation {Generation} cannot reach the image store; trying again")]
    private partial void LogStoreAway(Exception exception, string generation);

    [LoggerMessage(LogLevel.Debug, "Generation {Generation} has no preview from device {Device}")]
    private partial void LogNotShown(Exception exception, string generation, string device);

    [LoggerMessage(LogLevel.Information, "Generation {Generation} could not be entered in its tenant's list; trying again")]
    private partial void LogNotListed(Exception exception, string generation);

    [LoggerMessage(LogLevel.Warning, "The record of generation {Generation} could not be written")]
    private partial void LogNotWritten(Exception exception, string generation);
}
