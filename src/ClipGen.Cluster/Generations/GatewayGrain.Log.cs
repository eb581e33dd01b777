using Microsoft.Extensions.Logging;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    [LoggerMessage(LogLevel.Debug, "Generation {Generation} of {Candidates} candidates admitted for model {Model}")]
    private partial void LogAdmitted(string generation, string model, int candidates);

    [LoggerMessage(LogLevel.Information, "Refused {Candidates} candidates for model {Model}: {Unfinished} are unfinished")]
    private partial void LogRefused(string model, int unfinished, int candidates);
}
