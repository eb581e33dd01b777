using System.Globalization;
using static TorchSharp.torch;

namespace ClipGen.Training.Runs;

/// <summary>
/// A training's state on disk: network, optimisers, what else must go on, and step, in one folder that is replaced as a whole, so that a process
/// killed at any moment leaves either the old or the new one.
/// </summary>
public sealed class Snapshot(string folder)
{
    private const string CompanionFile = "companion.bin";

    private string Latest => Path.Combine(folder, "latest");

    private string Previous => Path.Combine(folder, "previous");

    /// <param name="companion">State beside the network that a resumed training needs, or null.</param>
    public void Save(long step, nn.Module network, IReadOnlyList<optim.Optimizer> optimizers, nn.Module? companion = null)
    {
        string next = Path.Combine(folder, "next");
        if (Directory.Exists(next)) Directory.Delete(next, recursive: true);
        Directory.CreateDirectory(next);
        network.save(Path.Combine(next, "network.bin"));
        for (int i = 0; i < optimizers.Count; i++) ((TorchSharp.Modules.OptimizerHelper)optimizers[i]).save_state_dict(Path.Combine(next, $"optimizer{i}.bin"));
        companion?.save(Path.Combine(next, CompanionFile));
        File.WriteAllText(Path.Combine(next, "step"), step.ToString(CultureInfo.InvariantCulture));
        if (Directory.Exists(Latest))
        {
            // Without a latest state the previous one is the only one: it stays until the new one is in place.
            if (Directory.Exists(Previous)) Directory.Delete(Previous, recursive: true);
            Directory.Move(Latest, Previous);
        }
        Directory.Move(next, Latest);
        if (Directory.Exists(Previous)) Directory.Delete(Previous, recursive: true);
    }

    /// <summary>Restores the latest state into the given objects; the step to go on from, or 0 where there is none.</summary>
    public long Load(nn.Module network, IReadOnlyList<optim.Optimizer> optimizers, nn.Module? companion = null)
    {
        string? from = new[] { Latest, Previous }.FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, "step")));
        if (from is null) return 0;
        network.load(Path.Combine(from, "network.bin"));
        for (int i = 0; i < optimizers.Count; i++) ((TorchSharp.Modules.OptimizerHelper)optimizers[i]).load_state_dict(Path.Combine(from, $"optimizer{i}.bin"));
        if (companion is not null && File.Exists(Path.Combine(from, CompanionFile))) companion.load(Path.Combine(from, CompanionFile));
        return long.Parse(File.ReadAllText(Path.Combine(from, "step")), CultureInfo.InvariantCulture);
    }
}
