using ClipGen.Cluster.Health;
using ClipGen.Silo.Sampling;

namespace ClipGen.Silo.Loading;

/// <summary>A silo with devices is ready when all of them are loaded and none is out of service.</summary>
internal sealed class DeviceReadiness(LoadProgress progress, SamplerTable samplers) : IReadiness
{
    public async Task<IReadOnlyList<string>> ProblemsAsync(CancellationToken cancellationToken) =>
        [.. await StartingAsync(cancellationToken), .. samplers.All.Where(s => s.Health.Trouble is not null).Select(s => $"{s.Key}: {s.Health.Trouble}")];

    public Task<IReadOnlyList<string>> StartingAsync(CancellationToken cancellationToken)
    {
        var (wanted, loaded, failure) = progress.Now;
        IReadOnlyList<string> problems =
            failure is not null ? [failure]
            : progress.IsComplete ? []
            : wanted < 0 ? ["Devices are about to be loaded."]
            : [$"{loaded.Count} of {wanted} devices are loaded."];
        return Task.FromResult(problems);
    }
}
