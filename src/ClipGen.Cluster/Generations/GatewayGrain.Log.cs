using Microsoft.Extensions.Logging;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    [LoggerMessage(LogLevel.Debug, "Generation {Generation} of {Candidates} candidates admitted for model {Model}")]
    private partial void LogAdmitted(string generation, string model, int candidates);

    [LoggerMessage(LogLevel.Information, "Refused {Candidates} candidates for model {Model}: {Reason}")]
    private partial void LogRefused(string model, RefusalReason reason, int candidates);

    [LoggerMessage(LogLevel.Warning, "Device {Device} with model {Model} is gone")]
    private partial void LogDeviceGone(string device, string model);

    [LoggerMessage(LogLevel.Information, "{Sequences} sequences could not be given to device {Device}")]
    private partial void LogNotDispatched(Exception exception, int sequences, string device);

    [LoggerMessage(LogLevel.Information, "Generation {Generation} could not be told that device {Device} is gone")]
    private partial void LogNotTold(Exception exception, string generation, string device);

    [LoggerMessage(LogLevel.Information, "Generation {Generation} could not be cancelled on device {Device}")]
    private partial void LogNotCancelled(Exception exception, string generation, string device);

    [LoggerMessage("Generation {Generation} could not be woken; trying again")]
    private partial void LogNotResumed(LogLevel level, Exception exception, string generation);

    [LoggerMessage("The description of model {Model} could not be written down; trying again")]
    private partial void LogNotRemembered(LogLevel level, Exception exception, string model);

    [LoggerMessage("Unfinished generations of model {Model} could not all be woken; trying again")]
    private partial void LogNotRecovered(LogLevel level, Exception exception, string model);
}
