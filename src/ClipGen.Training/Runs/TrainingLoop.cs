using System.Diagnostics;
using static TorchSharp.torch;

namespace ClipGen.Training.Runs;

/// <summary>Runs one training from wherever it was left to its last step, and keeps its state on disk.</summary>
/// <param name="folder">Where the state is kept.</param>
public sealed class TrainingLoop(string stage, long steps, ulong seed, string folder, IProgress<TrainingProgress>? progress)
{
    private static readonly TimeSpan SnapshotInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    /// <param name="step">Carries out one step, given its number, and returns its losses.</param>
    /// <param name="companion">State beside the network that decides later steps, or null.</param>
    /// <returns>The losses averaged over about the last hundred steps.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the state was saved first.</exception>
    /// <exception cref="TrainingDivergedException">A loss is not finite; that step is not saved.</exception>
    public IReadOnlyDictionary<string, double> Run(
        nn.Module network,
        IReadOnlyList<optim.Optimizer> optimizers,
        Func<long, IReadOnlyDictionary<string, double>> step,
        CancellationToken cancellationToken,
        nn.Module? companion = null)
    {
        var snapshot = new Snapshot(folder);
        long at = snapshot.Load(network, optimizers, companion), begun = at;
        var averages = LossFile.Read(folder);
        var clock = Stopwatch.StartNew();
        TimeSpan saved = TimeSpan.Zero, reported = -ReportInterval;
        void Save(long done)
        {
            snapshot.Save(done, network, optimizers, companion);
            LossFile.Write(folder, averages);
            saved = clock.Elapsed;
        }

        for (; at < steps; at++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Save(at);
                cancellationToken.ThrowIfCancellationRequested();
            }
            // A step's random numbers depend on its number alone, so a resumed training goes on as if undisturbed.
            random.manual_seed((long)(seed * 1_000_003 + (ulong)at));
            using (NewDisposeScope())
            {
                double weight = Math.Max(0.02, 1.0 / (at + 1)); // a plain mean at first, so that it does not linger on the start
                foreach (var (name, loss) in step(at))
                {
                    TrainingDivergedException.ThrowIfNotFinite(stage, at, name, loss);
                    averages[name] = averages.TryGetValue(name, out double old) ? old + (loss - old) * weight : loss;
                }
            }
            if (clock.Elapsed - saved > SnapshotInterval) Save(at + 1);
            if (clock.Elapsed - reported < ReportInterval) continue;
            reported = clock.Elapsed;
            progress?.Report(new(stage, at + 1, steps, new Dictionary<string, double>(averages), clock.Elapsed / (at + 1 - begun) * (steps - at - 1)));
        }
        if (at > begun) Save(at);
        progress?.Report(new(stage, steps, steps, averages, TimeSpan.Zero));
        return averages;
    }
}
