using ClipGen.Cluster.Telemetry;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    private readonly Dictionary<GenerationPriority, int> _counted = [];

    /// <summary>Has the queue's depth counted as it is now; as nothing once this activation goes, for the next one counts it again.</summary>
    private void CountQueue(bool left = false)
    {
        foreach (var priority in Enum.GetValues<GenerationPriority>())
        {
            int depth = left ? 0 : _queue.CountOf(priority);
            if (depth == _counted.GetValueOrDefault(priority)) continue;
            instruments.QueueChanged(Model, priority, depth - _counted.GetValueOrDefault(priority));
            _counted[priority] = depth;
        }
    }

    private void Record(double etaError) => instruments.EtaError.Record(etaError, new KeyValuePair<string, object?>(ClusterInstruments.ModelKey, Model));
}
